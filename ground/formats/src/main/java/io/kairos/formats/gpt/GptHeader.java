package io.kairos.formats.gpt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import java.util.UUID;

/**
 * What the header of a partition table says of its disk (UEFI 2.10, 5.3.2). Tables are written by
 * sfdisk; this only recognises one.
 *
 * @param disk GUID of the disk
 */
public record GptHeader(UUID disk) {
  private static final long SIGNATURE = 0x5452415020494645L; // "EFI PART", little endian
  private static final int DISK_GUID_AT = 56;

  /**
   * @param sectorSize logical sector size of the disk
   * @return empty when there is no such table
   */
  public static Optional<GptHeader> read(SeekableByteChannel disk, int sectorSize)
      throws IOException {
    ByteBuffer header = ByteBuffer.allocate(92).order(ByteOrder.LITTLE_ENDIAN);
    disk.position(sectorSize);
    while (header.hasRemaining() && disk.read(header) > 0) {
      // read(2) may return less than it was asked for
    }
    if (header.hasRemaining() || header.getLong(0) != SIGNATURE) {
      return Optional.empty();
    }
    return Optional.of(new GptHeader(guid(header, DISK_GUID_AT)));
  }

  /** The first three fields are little endian, the rest is a row of octets (appendix A). */
  private static UUID guid(ByteBuffer header, int at) {
    long high =
        Integer.toUnsignedLong(header.getInt(at)) << 32
            | Short.toUnsignedLong(header.getShort(at + 4)) << 16
            | Short.toUnsignedLong(header.getShort(at + 6));
    return new UUID(high, Long.reverseBytes(header.getLong(at + 8)));
  }
}
