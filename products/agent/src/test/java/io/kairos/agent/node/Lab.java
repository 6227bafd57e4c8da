package io.kairos.agent.node;

import io.kairos.base.Bytes;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A machine to install in a test: real kernel, tools, loop devices and file systems, and folders of
 * its own for everything else. This kernel lacks vfat, so an ESP is mounted as a tmpfs.
 */
public final class Lab implements Host, AutoCloseable {
  private static final LinuxHost REAL = LinuxHost.here();
  public static final Instant NOW = Instant.parse("2026-07-21T09:51:00Z");

  private final Path root;
  private final Path backing;
  private final Kernel kernel;
  private Path disk;

  private Lab(Path root, Path backing, Kernel kernel, Path disk) {
    this.root = root;
    this.backing = backing;
    this.kernel = kernel;
    this.disk = disk;
  }

  public static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"))
        && Files.exists(Path.of("/dev/loop-control"))
        && REAL.hasProgram("sfdisk")
        && REAL.hasProgram("partx");
  }

  /** With one sparse disk. */
  public static Lab withDisk(Path root, Bytes size) throws IOException {
    Path backing = root.resolve("disk.img");
    try (var file =
        FileChannel.open(backing, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), size.count() - 1);
    }
    Files.createDirectories(root.resolve("var/log/kairos"));
    Files.writeString(root.resolve("var/log/kairos/agent.log"), "installing\n");
    Files.createDirectories(root.resolve("proc"));
    Files.writeString(root.resolve("proc/cmdline"), "cdroot root=live:CDLABEL=COS_LIVE\n");
    Kernel kernel = withoutVfat(REAL.kernel());
    return new Lab(root, backing, kernel, kernel.attachLoop(backing, false));
  }

  private static Kernel withoutVfat(Kernel real) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (_, method, arguments) -> {
              if (method.getName().equals("mount") && arguments[2].equals("vfat")) {
                real.mount("tmpfs", (Path) arguments[1], "tmpfs", Set.of(), "");
                return null;
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  public Path disk() {
    return disk;
  }

  public Path backing() {
    return backing;
  }

  /** The power goes: what has not reached the disk is lost, and the machine starts again. */
  public void cutPower() {
    Path survived = root.resolve("survived.img");
    snapshot(survived);
    release();
    copy(survived, backing);
    disk = kernel.attachLoop(backing, false);
    run(Command.of("partx", "--update", disk.toString()).expecting(0, 1));
  }

  /** Files have times of the kernel's tick: of two writes within one the second shows no trace. */
  private static final Duration TICK = Duration.ofMillis(20);

  /** What the disk holds at one moment: the kernel may be writing to it while it is copied. */
  private void snapshot(Path to) {
    try {
      FileTime before;
      Instant begun;
      boolean writing;
      do {
        before = Files.getLastModifiedTime(backing);
        begun = Instant.now();
        writing = isBeingWritten();
        if (!writing) {
          copy(backing, to);
        }
      } while (writing
          || !before.equals(Files.getLastModifiedTime(backing))
          || before.toInstant().plus(TICK).isAfter(begun));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A write gives the file its time when it begins. The kernel counts reads and writes. */
  private boolean isBeingWritten() throws IOException {
    Path counts = Path.of("/sys/block").resolve(disk.getFileName()).resolve("inflight");
    return !Files.readString(counts).strip().matches("\\d+\\s+0");
  }

  private void copy(Path from, Path to) {
    run(Command.of("cp", "--sparse=always", from.toString(), to.toString()));
  }

  /** The first 16 MiB and the last one: where tables, boot code and file systems begin. */
  public byte[] edgesOfDisk() throws IOException {
    ByteBuffer edges = ByteBuffer.allocate(17 << 20);
    try (var file = FileChannel.open(backing)) {
      file.read(edges.limit(16 << 20), 0);
      file.read(edges.limit(17 << 20), file.size() - (1 << 20));
    }
    return edges.array();
  }

  public boolean holds(int number, String file) {
    return run(Command.of("debugfs", "-R", "stat " + file, disk + "p" + number))
        .stdout()
        .contains("Inode:");
  }

  public Host at(Path image) {
    return REAL.at(image);
  }

  /** Mounts a partition of the disk read-only for a look at it. */
  public Path look(int number) {
    Path at = root.resolve("look" + number);
    create(at);
    kernel.mount(disk + "p" + number, at, "ext4", Set.of(Kernel.MountFlag.READ_ONLY), "");
    return at;
  }

  /** Mounts an image read-only for a look at it. */
  public Path lookInto(Path image) {
    Path at = root.resolve("look-" + image.getFileName());
    create(at);
    Path loop = kernel.attachLoop(image, true);
    kernel.mount(loop.toString(), at, "ext2", Set.of(Kernel.MountFlag.READ_ONLY), "");
    return at;
  }

  /** Ends {@link #lookInto}. */
  public void lookAway(Path at) {
    String loop =
        kernel.mounts().stream()
            .filter(mount -> mount.target().equals(at))
            .map(Kernel.MountEntry::source)
            .findFirst()
            .orElseThrow();
    kernel.unmount(at);
    kernel.detachLoop(Path.of(loop));
  }

  /** As the initramfs leaves a node that was booted from its disk. */
  public void boot(String commandLine) {
    start(commandLine);
    mount(2, "oem", Set.of());
    mount(4, "run/initramfs/cos-state", Set.of(Kernel.MountFlag.READ_ONLY));
    mount(5, "usr/local", Set.of());
  }

  /** As the initramfs leaves a node that was booted to its recovery system. */
  public void bootRecovery(String commandLine) {
    start(commandLine);
    mount(2, "oem", Set.of());
    mount(3, "run/initramfs/cos-state", Set.of(Kernel.MountFlag.READ_ONLY));
  }

  private void start(String commandLine) {
    try {
      Files.writeString(root.resolve("proc/cmdline"), commandLine + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void mount(int number, String at, Set<Kernel.MountFlag> flags) {
    create(root.resolve(at));
    kernel.mount(disk + "p" + number, root.resolve(at), "ext4", flags, "");
  }

  /** The node stops as it should, and loses power. */
  public void shutDown() {
    release();
    try {
      disk = kernel.attachLoop(backing, false);
      run(Command.of("partx", "--update", disk.toString()).expecting(0, 1));
      Files.deleteIfExists(root.resolve("proc/cmdline"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<String> mountsLeft() {
    return kernel.mounts().stream()
        .map(mount -> mount.target().toString())
        .filter(target -> target.startsWith(root.toString()))
        .toList();
  }

  public List<Path> loopsLeft() {
    return kernel.loops().entrySet().stream()
        .filter(loop -> loop.getValue().startsWith(root) && !loop.getKey().equals(disk))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void release() {
    List<Path> loops = loopsLeft(); // their files have other names once they are unmounted
    var targets = new ArrayList<>(mountsLeft());
    targets.sort(Comparator.reverseOrder());
    targets.stream().filter(Lab::imageMount).forEach(target -> kernel.unmount(Path.of(target)));
    loops.forEach(kernel::detachLoop);
    targets.stream().filter(t -> !imageMount(t)).forEach(t -> kernel.unmount(Path.of(t)));
    run(Command.of("partx", "--delete", disk.toString()).expecting(0, 1));
    kernel.detachLoop(disk);
  }

  private static boolean imageMount(String target) {
    return target.endsWith("/active")
        || target.endsWith("/transition")
        || target.contains("/transition/")
        || target.endsWith(".img");
  }

  @Override
  public void close() {
    release();
  }

  @Override
  public Path path(String absolute) {
    if (absolute.equals("/sys/block")) {
      return ownDisks();
    }
    return isReal(absolute) ? REAL.path(absolute) : root.resolve(absolute.substring(1));
  }

  /** Other disks of this computer may have the labels of a node too: a killed test leaves one. */
  private Path ownDisks() {
    Path folder = root.resolve("sys/block");
    try {
      Files.createDirectories(folder);
      try (var earlier = Files.newDirectoryStream(folder)) {
        for (Path link : earlier) {
          Files.delete(link);
        }
      }
      for (var loop : kernel.loops().entrySet()) {
        if (loop.getValue().startsWith(root)) {
          Path name = loop.getKey().getFileName();
          Files.createSymbolicLink(folder.resolve(name), Path.of("/sys/block").resolve(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  @Override
  public Path resolved(String absolute) {
    return isReal(absolute) ? REAL.resolved(absolute) : path(absolute);
  }

  private static boolean isReal(String absolute) {
    return absolute.matches("/(dev|proc|sys)(/.*)?")
        && !absolute.startsWith("/sys/firmware")
        && !absolute.equals("/proc/cmdline");
  }

  @Override
  public Output run(Command command) {
    return REAL.run(command);
  }

  @Override
  public boolean hasProgram(String name) {
    return REAL.hasProgram(name);
  }

  @Override
  public Kernel kernel() {
    return kernel;
  }

  @Override
  public Clock clock() {
    return Clock.fixed(NOW, ZoneOffset.UTC);
  }
}
