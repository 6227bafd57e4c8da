package io.kairos.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A disk with a GUID partition table, read from its first sectors as a boot loader does, without
 * help from the backup at the end (UEFI 2.10, 5.3).
 *
 * @param partitions in the order of the table
 */
public record PartitionedDisk(List<Partition> partitions) {
  private static final int SECTOR = 512;
  private static final long SIGNATURE = 0x5452415020494645L; // "EFI PART", little endian
  private static final int CHECKSUM_AT = 16;

  /**
   * @param name of the entry
   * @param offset on the disk, in octets
   * @param content of the sectors between its first and its last
   */
  public record Partition(String name, long offset, View content) {}

  public PartitionedDisk {
    partitions = List.copyOf(partitions);
  }

  /**
   * @throws IOException when there is no table, or a checksum of it is wrong
   */
  public static PartitionedDisk read(View disk) throws IOException {
    ByteBuffer header = disk.read(SECTOR, SECTOR);
    if (header.getLong(0) != SIGNATURE) {
      throw new IOException("the disk has no partition table");
    }
    int said = header.getInt(CHECKSUM_AT);
    header.putInt(CHECKSUM_AT, 0);
    if (checksum(header.slice(0, header.getInt(12))) != said) {
      throw new IOException("the header of the partition table is damaged");
    }
    int count = header.getInt(80);
    int size = header.getInt(84);
    ByteBuffer entries = disk.read(header.getLong(72) * SECTOR, count * size);
    if (checksum(entries.duplicate()) != header.getInt(88)) {
      throw new IOException("the entries of the partition table are damaged");
    }
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long first = entries.getLong(i * size + 32);
      long last = entries.getLong(i * size + 40);
      if (first != 0) {
        byte[] name = new byte[72];
        entries.get(i * size + 56, name);
        partitions.add(
            new Partition(
                new String(name, StandardCharsets.UTF_16LE).replace("\0", ""),
                first * SECTOR,
                disk.slice(first * SECTOR, (last - first + 1) * SECTOR)));
      }
    }
    return new PartitionedDisk(partitions);
  }

  private static int checksum(ByteBuffer octets) {
    var crc = new CRC32();
    crc.update(octets);
    return (int) crc.getValue();
  }

  /**
   * @throws IOException when there is none
   */
  public Partition named(String name) throws IOException {
    return partitions.stream()
        .filter(partition -> partition.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("there is no partition " + name));
  }
}
