package io.kairos.stages.layout;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Udev;
import io.kairos.stages.action.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The last partition of a disk, as sysfs knows it.
 *
 * @param disk kernel name of the disk
 * @param name kernel name of the partition
 * @param start first sector, of 512 bytes
 * @param sectors length of the partition
 * @param diskSectors length of the disk
 */
public record GrowingPartition(
    Host host, String disk, String name, int number, long start, long sectors, long diskSectors) {
  private static final String BLOCK = "/sys/class/block/";
  private static final long SECTOR = 512;

  /** What a GPT keeps behind the last usable sector: 32 sectors of entries and the header. */
  private static final long BACKUP_TABLE = 33;

  /** Partitions end at whole mebibytes, which may leave less than this behind them. */
  private static final long ALIGNMENT = (1 << 20) / SECTOR;

  private static final Set<String> GROWABLE = Set.of("ext2", "ext3", "ext4", "xfs", "btrfs");

  /** What is left to grow into. */
  public sealed interface Room {
    record None(String reason) implements Room {}

    /**
     * @param size of the whole partition; zero for all there is
     */
    record Some(Bytes size) implements Room {}
  }

  /** The last partition of a disk. */
  public static GrowingPartition lastOf(LayoutDisk disk) {
    return last(disk.host(), disk.name());
  }

  private static GrowingPartition last(Host host, String disk) {
    GrowingPartition last = null;
    try (var entries = Files.newDirectoryStream(host.resolved(BLOCK + disk), disk + "*")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!Files.exists(entry.resolve("partition"))) {
          continue;
        }
        var partition =
            new GrowingPartition(
                host,
                disk,
                name,
                (int) number(entry.resolve("partition")),
                number(entry.resolve("start")),
                number(entry.resolve("size")),
                number(host.resolved(BLOCK + disk + "/size")));
        if (last == null || partition.start > last.start) {
          last = partition;
        }
      }
    } catch (IOException e) {
      throw new HostFailure("layout: cannot list the partitions of /dev/" + disk, e);
    }
    if (last == null) {
      throw new HostFailure("layout: /dev/" + disk + " has no partition to grow");
    }
    return last;
  }

  private static long number(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  public String device() {
    return "/dev/" + name;
  }

  /**
   * @param wished size to reach, zero for all there is
   */
  public Room room(Bytes wished) {
    long end = diskSectors - BACKUP_TABLE;
    if (wished.isZero()) {
      return end - (start + sectors) < ALIGNMENT
          ? new Room.None("it ends where the disk ends")
          : new Room.Some(Bytes.ZERO);
    }
    long wanted = wished.count() / SECTOR;
    if (wanted <= sectors) {
      return new Room.None("it is large enough");
    }
    if (start + wanted > end) {
      throw new HostFailure(
          "layout: "
              + device()
              + " cannot grow to "
              + wished
              + ": /dev/"
              + disk
              + " has room for "
              + Bytes.of((end - start) * SECTOR));
    }
    return new Room.Some(wished);
  }

  /** Moves the table's backup to the end of the disk, then the end of the partition. */
  public void grow(Bytes size) {
    String type = filesystem(host, device());
    if (!GROWABLE.contains(type)) {
      String what = type.equals("vfat") ? "FAT partition" : type.isEmpty() ? "unknown" : type;
      throw new HostFailure("layout: " + device() + ": " + what + " resizing is not supported");
    }
    String table = "/dev/" + disk;
    host.run(Command.of("sfdisk", "--relocate", "gpt-bak-std", table));
    host.run(
        Command.of(
                "sfdisk", "--no-reread", "--no-tell-kernel", "-N", Integer.toString(number), table)
            .stdin(size.isZero() ? ", +\n" : ", " + size.toMib() + "MiB\n"));
    host.run(Command.of("partx", "--update", "--nr", Integer.toString(number), table));
    Udev.settle(host);
  }

  private static String filesystem(Host host, String device) {
    return host.run(
            Command.of("blkid", "-c", "/dev/null", "-o", "value", "-s", "TYPE", device)
                .expecting(0, 2))
        .text();
  }

  /** Has the file system fill its partition, online, through a mount of our own. */
  public void growFilesystem() {
    String type = filesystem(host, device());
    String at = "/run/kairos-grow-" + name;
    HostFiles.createDirectories(host, at, 0700);
    Kernel kernel = host.kernel();
    kernel.mount(device(), host.resolved(at), type, EnumSet.noneOf(Kernel.MountFlag.class), "");
    try {
      growFilesystem(type, at);
    } finally {
      kernel.unmount(host.resolved(at));
    }
  }

  private void growFilesystem(String type, String at) {
    Command command =
        switch (type) {
          case "xfs" -> Command.of("xfs_growfs", at);
          case "btrfs" -> Command.of("btrfs", "filesystem", "resize", "max", at);
          default -> Command.of("resize2fs", device());
        };
    host.run(command.within(Duration.ofMinutes(30)));
  }
}
