package io.kairos.agent.install;

import io.kairos.base.HostFailure;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.Firmware;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.storage.BlockDevices;
import io.kairos.storage.Disk;
import io.kairos.storage.PartitionTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an installation has to know of the machine, as it was when somebody looked.
 *
 * @param arch as GRUB names it
 * @param mounts {@code /run/cos}: partitions of the target are mounted below it
 * @param liveRoot the root file system of the live medium, if there is one
 * @param liveRecovery the recovery system that the live medium brings, if it does
 * @param bootedFromCd the live medium can be ejected
 * @param previous how far an earlier installation came, by disk
 * @param missingTools programs that installing needs and the live system lacks
 */
public record Machine(
    Firmware firmware,
    String arch,
    BlockDevices devices,
    Path mounts,
    Optional<Path> liveRoot,
    Optional<Path> liveRecovery,
    boolean bootedFromCd,
    Map<String, Previous> previous,
    Leftovers leftovers,
    Set<String> missingTools) {

  /**
   * What an interrupted run holds on to, in the order of release.
   *
   * @param imageMounts the mounted image and what is bound into it, deepest first
   * @param loops loop devices of images
   * @param mounts partitions of the target
   */
  public record Leftovers(List<Path> imageMounts, List<Path> loops, List<Path> mounts) {
    public static final Leftovers NONE = new Leftovers(List.of(), List.of(), List.of());

    public Leftovers {
      imageMounts = List.copyOf(imageMounts);
      loops = List.copyOf(loops);
      mounts = List.copyOf(mounts);
    }

    boolean contains(Path mount) {
      return imageMounts.contains(mount) || mounts.contains(mount);
    }
  }

  /** What an earlier installation left on a disk. */
  public enum Previous {
    INTERRUPTED,
    COMPLETE
  }

  /** Exists on the state partition from the first mount until everything is in place. */
  static final String UNFINISHED = ".kairos-installing";

  private static final List<String> TOOLS =
      List.of(
          "sfdisk",
          "partx",
          "mkfs.ext4",
          "mkfs.ext2",
          "tune2fs",
          "e2fsck",
          "cp",
          "unshare",
          "chroot");

  private static final List<String> PARTITION_MOUNTS =
      List.of("efi", "oem", "persistent", "recovery", "state");

  public Machine {
    previous = new TreeMap<>(previous);
    missingTools = new TreeSet<>(missingTools);
  }

  /** Without what an interrupted run of ours left, which is released first. */
  List<Disk.Use> usesOf(List<Disk.Use> uses) {
    return uses.stream()
        .filter(use -> use.mountedAt().filter(leftovers::contains).isEmpty())
        .toList();
  }

  public static Machine observe(Host host) {
    Path mounts = host.path("/run/cos");
    BlockDevices devices = BlockDevices.observe(host);
    Firmware firmware = Firmware.observe(host);
    return new Machine(
        firmware,
        BootPerformer.architecture(),
        devices,
        mounts,
        existing(host, "/run/rootfsbase"),
        existing(host, "/run/initramfs/live/recovery.squashfs"),
        cmdline(host).contains("cdroot"),
        previous(host, devices),
        leftovers(host, mounts),
        missingTools(host, firmware));
  }

  private static Optional<Path> existing(Host host, String path) {
    return Optional.of(host.resolved(path)).filter(Files::exists);
  }

  private static List<String> cmdline(Host host) {
    try {
      return List.of(Files.readString(host.path("/proc/cmdline")).strip().split("\\s+"));
    } catch (IOException e) {
      throw new HostFailure("cannot read the kernel command line", e);
    }
  }

  private static Set<String> missingTools(Host host, Firmware firmware) {
    Set<String> missing = new TreeSet<>();
    TOOLS.stream().filter(tool -> !host.hasProgram(tool)).forEach(missing::add);
    if (firmware == Firmware.EFI && !host.hasProgram("mkfs.vfat")) {
      missing.add("mkfs.vfat");
    }
    return missing;
  }

  private static Leftovers leftovers(Host host, Path mounts) {
    List<Path> partitions =
        mountsBelow(host, PARTITION_MOUNTS.stream().map(mounts::resolve).toList());
    List<Path> loops =
        host.kernel().loops().entrySet().stream()
            .filter(loop -> partitions.stream().anyMatch(loop.getValue()::startsWith))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    return new Leftovers(mountsBelow(host, List.of(mounts.resolve("active"))), loops, partitions);
  }

  /** Deepest first. */
  private static List<Path> mountsBelow(Host host, List<Path> folders) {
    return host.kernel().mounts().stream()
        .map(Kernel.MountEntry::target)
        .filter(target -> folders.stream().anyMatch(target::startsWith))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** Reads the state partition of each disk that has one, without mounting it. */
  private static Map<String, Previous> previous(Host host, BlockDevices devices) {
    Map<String, Previous> found = new TreeMap<>();
    for (Disk disk : devices.disks()) {
      Optional<Path> state = disk.partitionLabelled("COS_STATE").map(Disk.Partition::device);
      if (state.isPresent() && holds(host, state.get(), UNFINISHED)) {
        found.put(disk.name(), Previous.INTERRUPTED);
      } else if (state.isPresent() && holds(host, state.get(), "cOS/active.img")) {
        found.put(disk.name(), Previous.COMPLETE);
      } else if (disk.tableId().equals(Optional.of(PartitionTable.DISK_UUID))) {
        found.put(disk.name(), Previous.INTERRUPTED);
      }
    }
    return found;
  }

  private static boolean holds(Host host, Path device, String file) {
    if (!host.hasProgram("debugfs")) {
      return !file.equals(UNFINISHED);
    }
    return host.run(Command.of("debugfs", "-R", "stat /" + file, device.toString()))
        .stdout()
        .contains("Inode:");
  }
}
