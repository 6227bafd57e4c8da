package io.kairos.storage;

import io.kairos.base.Bytes;
import io.kairos.base.NameUuid;
import io.kairos.base.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A GPT with every partition in its place, as it will be written to one disk.
 *
 * @param disk the whole device
 * @param sectorSize logical sector size in octets
 * @param sectors size of the disk
 * @param partitions in disk order, without gaps
 */
public record PartitionTable(
    Path disk, int sectorSize, long sectors, List<PlacedPartition> partitions) {
  /** The disk's own GUID, the same on every node. */
  public static final UUID DISK_UUID = NameUuid.of("KAIROS_DISK");

  /** Nothing begins before it: room for boot code, and aligned for every flash page. */
  private static final Bytes FIRST = Bytes.ofMib(1);

  /** 128 entries of 128 octets (UEFI 2.10, 5.3.2). */
  private static final int ENTRIES_SIZE = 16384;

  /** What "the rest of the disk" must be worth before we call it a partition. */
  private static final Bytes LEAST_REST = Bytes.ofMib(16);

  /**
   * A partition in its place.
   *
   * @param number 1-based, as in the table
   * @param first first logical sector
   * @param last last logical sector, included
   */
  public record PlacedPartition(int number, PartitionSpec spec, long first, long last) {
    public long sectors() {
      return last - first + 1;
    }
  }

  public PartitionTable {
    partitions = List.copyOf(partitions);
  }

  /** Sectors that the backup of the table takes at the end of a disk. */
  static long tail(int sectorSize) {
    return ENTRIES_SIZE / sectorSize + 1L;
  }

  /**
   * Puts the partitions one after the other.
   *
   * @param specs in disk order; only the last may fill the disk
   * @throws Refused when they do not fit
   */
  public static PartitionTable place(
      Path disk, Bytes size, int sectorSize, List<PartitionSpec> specs) {
    long sectors = size.count() / sectorSize;
    long tail = tail(sectorSize);
    if (sectors < tail + 1 + FIRST.count() / sectorSize) {
      throw new Refused(
          "target disk is too small to hold a GPT partition table: " + disk + " has " + size,
          "choose a larger disk");
    }
    long lastUsable = sectors - tail - 1;
    long next = FIRST.count() / sectorSize;
    var placed = new ArrayList<PlacedPartition>();
    for (PartitionSpec spec : specs) {
      boolean isLast = placed.size() == specs.size() - 1;
      if (spec.fillsDisk() && !isLast) {
        throw new IllegalArgumentException("only the last partition can fill the disk");
      }
      long end = spec.fillsDisk() ? lastUsable : next + spec.size().count() / sectorSize - 1;
      if (isLast && !spec.fillsDisk()) {
        end -= tail;
      }
      if (end > lastUsable || end - next + 1 < leastSectors(spec, sectorSize)) {
        throw new Refused(
            "partition '%s' would cover sectors %d to %d, but %s (%s) has room up to sector %d"
                .formatted(
                    spec.name(),
                    next,
                    Math.max(end, next + leastSectors(spec, sectorSize)),
                    disk,
                    size,
                    lastUsable),
            "choose a larger disk, or smaller partitions");
      }
      placed.add(new PlacedPartition(placed.size() + 1, spec, next, end));
      next = end + 1;
    }
    return new PartitionTable(disk, sectorSize, sectors, placed);
  }

  private static long leastSectors(PartitionSpec spec, int sectorSize) {
    return spec.fillsDisk() ? LEAST_REST.count() / sectorSize : 1;
  }

  /** The partition of that name. */
  public PlacedPartition partition(String name) {
    return partitions.stream()
        .filter(placed -> placed.spec().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no partition named '" + name + "'"));
  }

  /** The device node that the kernel gives to a partition of this disk. */
  public Path node(PlacedPartition placed) {
    return node(disk, placed.number());
  }

  /** {@code /dev/sda2}, {@code /dev/nvme0n1p2} (block/partitions/core.c, add_partition). */
  static Path node(Path disk, int number) {
    String name = disk.getFileName().toString();
    boolean endsWithDigit = Character.isDigit(name.charAt(name.length() - 1));
    return disk.resolveSibling(name + (endsWithDigit ? "p" : "") + number);
  }

  /** What sfdisk(8) reads on its standard input; every number is explicit. */
  public String script() {
    int entriesSectors = ENTRIES_SIZE / sectorSize;
    var text = new StringBuilder();
    text.append("label: gpt\n");
    text.append("label-id: ").append(DISK_UUID).append('\n');
    text.append("unit: sectors\n");
    text.append("first-lba: ").append(2 + entriesSectors).append('\n');
    text.append("last-lba: ").append(sectors - tail(sectorSize) - 1).append('\n');
    text.append("table-length: 128\n");
    for (PlacedPartition placed : partitions) {
      PartitionSpec spec = placed.spec();
      text.append(placed.number())
          .append(": start=")
          .append(placed.first())
          .append(", size=")
          .append(placed.sectors())
          .append(", type=")
          .append(spec.role().type())
          .append(", uuid=")
          .append(spec.uuid())
          .append(", name=\"")
          .append(spec.name().replace("\\", "\\x5c").replace("\"", "\\x22"))
          .append('"');
      if (!spec.role().attributes().isEmpty()) {
        text.append(", attrs=\"").append(spec.role().attributes()).append('"');
      }
      text.append('\n');
    }
    return text.toString();
  }
}
