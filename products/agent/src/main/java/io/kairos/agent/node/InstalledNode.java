package io.kairos.agent.node;

import io.kairos.base.HostFailure;
import io.kairos.boot.BootAssessment;
import io.kairos.boot.BootState;
import io.kairos.boot.Firmware;
import io.kairos.boot.Slot;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import io.kairos.storage.Filesystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an upgrade or a reset has to know of the node, as it was when somebody looked.
 *
 * @param mounts {@code /run/cos}: what the agent mounts itself is below it
 * @param efi where the firmware looks for boot loaders
 * @param leftovers what an interrupted action left
 * @param isActiveProven whether there is an active system, and it came up since it was installed
 * @param hasSquashedRecovery the recovery system is a squashfs
 * @param missingTools programs that both need and the node lacks
 */
public record InstalledNode(
    BootState boot,
    Path mounts,
    Firmware firmware,
    Optional<Place> efi,
    Optional<Place> state,
    Optional<Place> recovery,
    Optional<Place> oem,
    Optional<Place> persistent,
    Leftovers leftovers,
    boolean isActiveProven,
    boolean hasSquashedRecovery,
    Set<String> missingTools) {

  /**
   * A partition of the node.
   *
   * @param disk that it lies on
   * @param mounts of it and of what is bound from it, the first one first
   */
  public record Place(Path device, Path disk, Filesystem filesystem, List<Path> mounts) {
    public Place {
      mounts = List.copyOf(mounts);
    }

    /** Where it is mounted already. */
    public Optional<Path> mountedAt() {
      return mounts.stream().findFirst();
    }
  }

  /**
   * What an interrupted action left, in the order of release.
   *
   * @param imageMounts the new image and what is bound into it, deepest first
   * @param loops of images that nothing runs from
   * @param replacedActive the system that the new one has replaced already, still without its role
   * @param movedActive the active image is gone: agents before this one gave it the name of the
   *     passive one first, and its label afterwards
   */
  public record Leftovers(
      List<Path> imageMounts, List<Path> loops, boolean replacedActive, boolean movedActive) {
    public static final Leftovers NONE = new Leftovers(List.of(), List.of(), false, false);

    public Leftovers {
      imageMounts = List.copyOf(imageMounts);
      loops = List.copyOf(loops);
    }

    public boolean holdSomething() {
      return !imageMounts.isEmpty() || !loops.isEmpty();
    }
  }

  /** The new image while it is made: old boot menus and tools know its name. */
  public static final String TRANSITION = "transition.img";

  /**
   * The active image on its way to its new role: a second name of it until it has been replaced.
   */
  public static final String PREVIOUS = "previous.img";

  /** Of debugfs(8), stat. */
  private static final Pattern INODE = Pattern.compile("Inode: *([0-9]+)");

  private static final List<String> TOOLS =
      List.of("mkfs.ext2", "tune2fs", "e2fsck", "debugfs", "cp");

  public InstalledNode {
    missingTools = new TreeSet<>(missingTools);
  }

  public static InstalledNode observe(Host host) {
    List<Disk> disks = ownFirst(BlockDevices.observe(host).disks());
    Path mounts = host.path("/run/cos");
    Optional<Place> state = place(disks, "COS_STATE");
    Optional<Place> recovery = place(disks, "COS_RECOVERY");
    return new InstalledNode(
        BootState.observe(host),
        mounts,
        Firmware.observe(host),
        place(disks, "COS_GRUB"),
        state,
        recovery,
        place(disks, "COS_OEM"),
        place(disks, "COS_PERSISTENT"),
        leftovers(host, mounts, state, recovery),
        state.map(found -> has(host, found, Slot.ACTIVE) && isProven(host, found)).orElse(false),
        recovery
            .flatMap(found -> identity(host, found, Slot.FOLDER + "/" + Slot.SQUASHED_RECOVERY))
            .isPresent(),
        missingTools(host));
  }

  /** Other disks may hold installations too: the one that this node runs from counts. */
  private static List<Disk> ownFirst(List<Disk> disks) {
    return disks.stream().sorted(Comparator.comparing(disk -> !isInUse(disk))).toList();
  }

  private static boolean isInUse(Disk disk) {
    return disk.partitions().stream()
        .anyMatch(
            partition ->
                (partition.hasLabel("COS_STATE") || partition.hasLabel("COS_RECOVERY"))
                    && !partition.uses().isEmpty());
  }

  private static Optional<Place> place(List<Disk> disks, String label) {
    return disks.stream()
        .flatMap(disk -> disk.partitionLabelled(label).map(found -> place(disk, found)).stream())
        .findFirst();
  }

  private static Place place(Disk disk, Disk.Partition partition) {
    return new Place(
        partition.device(),
        disk.device(),
        partition
            .content()
            .map(Superblock::type)
            .flatMap(Filesystem::named)
            .orElse(Filesystem.EXT4),
        partition.uses().stream()
            .filter(use -> use.device().equals(partition.device()))
            .flatMap(use -> use.mountedAt().stream())
            .toList());
  }

  private static Set<String> missingTools(Host host) {
    Set<String> missing = new TreeSet<>();
    TOOLS.stream().filter(tool -> !host.hasProgram(tool)).forEach(missing::add);
    return missing;
  }

  private static Leftovers leftovers(
      Host host, Path mounts, Optional<Place> state, Optional<Place> recovery) {
    List<Path> images =
        Stream.concat(
                Stream.of(state, recovery).flatMap(Optional::stream).map(Place::mountedAt),
                Stream.of("state", "recovery").map(mounts::resolve).map(Optional::of))
            .flatMap(Optional::stream)
            .map(at -> at.resolve(Slot.FOLDER).resolve(TRANSITION))
            .toList();
    List<Path> all =
        host.kernel().mounts().stream()
            .map(Kernel.MountEntry::target)
            .sorted(Comparator.reverseOrder())
            .toList();
    Path transition = mounts.resolve("transition");
    List<Path> loops =
        host.kernel().loops().entrySet().stream()
            .filter(loop -> images.stream().anyMatch(loop.getValue()::equals))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    return new Leftovers(
        all.stream().filter(target -> target.startsWith(transition)).toList(),
        loops,
        state.map(found -> hasReplacedActive(host, found)).orElse(false),
        state
            .map(found -> !has(host, found, Slot.ACTIVE) && has(host, found, Slot.PASSIVE))
            .orElse(false));
  }

  private static boolean has(Host host, Place state, Slot slot) {
    return identity(host, state, Slot.FOLDER + "/" + slot.file()).isPresent();
  }

  /** A second name of the active image is no sign of anything; another file of that name is. */
  private static boolean hasReplacedActive(Host host, Place state) {
    Optional<String> previous = identity(host, state, Slot.FOLDER + "/" + PREVIOUS);
    return previous.isPresent()
        && !previous.equals(identity(host, state, Slot.FOLDER + "/" + Slot.ACTIVE.file()));
  }

  /** GRUB keeps a mark until the system that was installed last has come up. */
  private static boolean isProven(Host host, Place state) {
    if (identity(host, state, BootAssessment.FILE).isEmpty()) {
      return true;
    }
    try {
      return !BootAssessment.isStarted(
          GrubEnvironment.parse(content(host, state, BootAssessment.FILE)).variables());
    } catch (IllegalArgumentException damaged) {
      return false; // a half-written mark is one
    }
  }

  // ---- files of a partition, which a recovery system has not mounted

  /** Two names of one file have one; nothing when there is no such file. */
  private static Optional<String> identity(Host host, Place place, String file) {
    if (place.mountedAt().isEmpty()) {
      return INODE
          .matcher(debugfs(host, place, "stat /" + file))
          .results()
          .map(found -> found.group(1))
          .findFirst();
    }
    Path path = place.mountedAt().get().resolve(file);
    try {
      return Files.exists(path)
          ? Optional.of(Files.getAttribute(path, "unix:ino").toString())
          : Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("cannot look at " + path, e);
    }
  }

  private static byte[] content(Host host, Place place, String file) {
    if (place.mountedAt().isEmpty()) {
      return debugfs(host, place, "cat /" + file).getBytes(StandardCharsets.UTF_8);
    }
    Path path = place.mountedAt().get().resolve(file);
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + path, e);
    }
  }

  private static String debugfs(Host host, Place place, String request) {
    return host.hasProgram("debugfs")
        ? host.run(Command.of("debugfs", "-R", request, place.device().toString())).stdout()
        : "";
  }
}
