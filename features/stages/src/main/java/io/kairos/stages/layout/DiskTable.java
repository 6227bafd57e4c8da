package io.kairos.stages.layout;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The GPT of a disk. Numbers count logical sectors.
 *
 * @param disk device of the disk
 * @param id GUID of the table, in capitals
 * @param sectorSize in octets
 * @param sectors of the disk, which may have grown since the table was written
 * @param lastUsable as the table says
 * @param entries in the order of the table
 */
record DiskTable(
    String disk, String id, int sectorSize, long sectors, long lastUsable, List<Entry> entries) {
  private static final long MIB = 1L << 20;

  /** 128 entries of 128 octets (UEFI 2.10, 5.3.2). */
  private static final int ENTRIES_SIZE = 16384;

  /**
   * @param start first sector
   * @param size sectors
   * @param name empty when it has none
   */
  record Entry(String node, long start, long size, String name) {
    long end() {
      return start + size;
    }
  }

  /**
   * A new partition in its place.
   *
   * @param end first sector behind it
   */
  record Placed(int number, NewPartition partition, long start, long end) {
    String script() {
      return number + " : start=" + start + ", size=" + (end - start) + ", " + partition.script();
    }
  }

  DiskTable {
    entries = List.copyOf(entries);
  }

  /**
   * What {@code sfdisk --json} prints.
   *
   * @param sectors of the disk, in units of 512 octets
   */
  static DiskTable parse(String disk, String json, long sectors) {
    JsonObject table =
        Json.parseObject("sfdisk --json " + disk, json.getBytes(StandardCharsets.UTF_8))
            .requiredObject("partitiontable");
    String label = table.requiredText("label");
    if (!label.equals("gpt")) {
      throw HostFailure.withRemedy(
          "layout: " + disk + " has a partition table of kind '" + label + "', not gpt",
          "choose another disk, or let init_disk replace the table and all that it holds");
    }
    int sectorSize = table.number("sectorsize").orElse(512L).intValue();
    List<Entry> entries = new ArrayList<>();
    for (JsonObject entry : table.objects("partitions")) {
      entries.add(
          new Entry(
              entry.requiredText("node"),
              entry.requiredNumber("start"),
              entry.requiredNumber("size"),
              entry.text("name").orElse("")));
    }
    return new DiskTable(
        disk,
        table.requiredText("id"),
        sectorSize,
        sectors * 512 / sectorSize,
        table.requiredNumber("lastlba"),
        entries);
  }

  /** The first sector that the backup of the table needs. */
  private long tail() {
    return sectors - ENTRIES_SIZE / sectorSize - 1;
  }

  /** Whether the disk has grown since its table was written. */
  boolean hasRoomBehind() {
    return lastUsable < tail() - 1;
  }

  private long end() {
    return entries.stream().mapToLong(Entry::end).max().orElse(0);
  }

  /** What is left behind the last partition. */
  Bytes free() {
    return Bytes.of(Math.max(0, tail() - Math.max(end(), mebibyte())) * sectorSize);
  }

  boolean has(String name) {
    return entries.stream().anyMatch(entry -> entry.name().equals(name));
  }

  private long mebibyte() {
    return MIB / sectorSize;
  }

  /**
   * Finds places behind what is there, each at a whole mebibyte.
   *
   * @param wanted partitions to add
   * @param last whichever gives a mebibyte of its size to the backup of the table
   * @throws HostFailure when they do not fit
   */
  List<Placed> place(List<NewPartition> wanted, NewPartition last) {
    List<Placed> placed = new ArrayList<>();
    int number = entries.stream().mapToInt(entry -> number(entry.node())).max().orElse(0);
    long next = Math.max(end(), mebibyte());
    for (NewPartition partition : wanted) {
      long start = Math.ceilDiv(next, mebibyte()) * mebibyte();
      long rest = sectors / mebibyte() * mebibyte() - mebibyte();
      long size = partition.size().toMib();
      if (partition == last && size > 1) {
        size--;
      }
      long end = partition.size().isZero() ? rest : start + size * mebibyte();
      if (end > tail() || end <= start) {
        throw HostFailure.withRemedy(
            "layout: not enough free space in disk: required "
                + Math.max(1, partition.size().toMib())
                + " MiB, available "
                + Math.max(0, tail() - start) / mebibyte()
                + " MiB (for "
                + partition.shown()
                + " on "
                + disk
                + ")",
            "make the partitions smaller; nothing was changed");
      }
      placed.add(new Placed(++number, partition, start, end));
      next = end;
    }
    return placed;
  }

  /** What follows the disk's name and the {@code p} that parts digits from digits. */
  private int number(String node) {
    String rest = node.startsWith(disk) ? node.substring(disk.length()) : node;
    return Integer.parseInt(rest.replaceAll("\\D", ""));
  }
}
