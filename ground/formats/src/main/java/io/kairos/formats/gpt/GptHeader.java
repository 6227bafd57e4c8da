package io.kairos.formats.gpt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a partition table says of its disk (UEFI 2.10, 5.3.2 and 5.3.3). Tables are written by
 * sfdisk; this only recognises one.
 *
 * @param disk GUID of the disk
 * @param entries its partitions, by number from 1
 */
public record GptHeader(UUID disk, Map<Integer, Entry> entries) {
  /**
   * @param type what the partition is for
   * @param name may be empty
   */
  public record Entry(UUID type, String name) {}

  private static final long SIGNATURE = 0x5452415020494645L; // "EFI PART", little endian
  private static final int DISK_GUID_AT = 56;
  private static final int ENTRIES_AT = 72;
  private static final int COUNT_AT = 80;
  private static final int ENTRY_SIZE_AT = 84;
  private static final int NAME_AT = 56;
  private static final int NAME_SIZE = 72;
  private static final UUID UNUSED = new UUID(0, 0);

  /** Of all entries together; 128 of 128 octets are usual. */
  private static final int LONGEST = 1 << 20;

  public GptHeader {
    entries = Map.copyOf(entries);
  }

  /**
   * @param sectorSize logical sector size of the disk
   * @return empty when there is no such table
   */
  public static Optional<GptHeader> read(SeekableByteChannel disk, int sectorSize)
      throws IOException {
    ByteBuffer header = bytes(disk, sectorSize, 92);
    if (header.limit() < header.capacity() || header.getLong(0) != SIGNATURE) {
      return Optional.empty();
    }
    return Optional.of(
        new GptHeader(guid(header, DISK_GUID_AT), entries(disk, header, sectorSize)));
  }

  /** None where a damaged header tells nonsense of its entries. */
  private static Map<Integer, Entry> entries(
      SeekableByteChannel disk, ByteBuffer header, int sectorSize) throws IOException {
    long first = header.getLong(ENTRIES_AT);
    long count = Integer.toUnsignedLong(header.getInt(COUNT_AT));
    long size = Integer.toUnsignedLong(header.getInt(ENTRY_SIZE_AT));
    Map<Integer, Entry> found = new TreeMap<>();
    if (first < 2 || first > Long.MAX_VALUE / sectorSize || size < 128 || count > LONGEST / size) {
      return found;
    }
    ByteBuffer entries = bytes(disk, first * sectorSize, (int) (count * size));
    for (int at = 0; at + size <= entries.limit(); at += (int) size) {
      UUID type = guid(entries, at);
      if (!type.equals(UNUSED)) {
        found.put((int) (at / size) + 1, new Entry(type, name(entries, at)));
      }
    }
    return found;
  }

  private static String name(ByteBuffer entries, int at) {
    byte[] name = new byte[NAME_SIZE];
    entries.get(at + NAME_AT, name);
    String padded = new String(name, StandardCharsets.UTF_16LE);
    int end = padded.indexOf('\0');
    return end < 0 ? padded : padded.substring(0, end);
  }

  /** Fewer bytes than asked for where the disk ends. */
  private static ByteBuffer bytes(SeekableByteChannel disk, long at, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    disk.position(at);
    while (buffer.hasRemaining() && disk.read(buffer) > 0) {
      // read(2) may return less than it was asked for
    }
    return buffer.flip();
  }

  /** The first three fields are little endian, the rest is a row of octets (appendix A). */
  private static UUID guid(ByteBuffer buffer, int at) {
    long high =
        Integer.toUnsignedLong(buffer.getInt(at)) << 32
            | Short.toUnsignedLong(buffer.getShort(at + 4)) << 16
            | Short.toUnsignedLong(buffer.getShort(at + 6));
    return new UUID(high, Long.reverseBytes(buffer.getLong(at + 8)));
  }
}
