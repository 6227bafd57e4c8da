package io.kairos.formats.filesystem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * What the first blocks of a device say about the file system on it.
 *
 * @param type as mount(2) takes it: {@code ext2}, {@code ext4}, {@code vfat}, {@code squashfs},
 *     {@code iso9660}, {@code xfs}, {@code btrfs}, {@code erofs}; or {@code crypto_LUKS}
 * @param label volume label; empty when it has none, or none that is read here
 * @param uuid of ext2, ext3 and ext4, as blkid(8) shows it; empty otherwise
 */
public record Superblock(String type, Optional<String> label, Optional<String> uuid) {
  // fs/ext4/ext4.h
  private static final int EXT_OFFSET = 1024;
  private static final int EXT_MAGIC_AT = EXT_OFFSET + 0x38;
  private static final int EXT_COMPAT_AT = EXT_OFFSET + 0x5C;
  private static final int EXT_INCOMPAT_AT = EXT_OFFSET + 0x60;
  private static final int EXT_UUID_AT = EXT_OFFSET + 0x68;
  private static final int EXT_LABEL_AT = EXT_OFFSET + 0x78;
  private static final int EXT_LABEL_SIZE = 16;
  private static final int EXT_MAGIC = 0xEF53;
  private static final int EXT_HAS_JOURNAL = 0x4;

  /** Extents, 64 bit, flexible groups: what ext3 does not know. */
  private static final int EXT4_INCOMPAT = 0x40 | 0x80 | 0x200;

  private static final int ISO_AT = 32768;
  private static final int BTRFS_AT = 0x10040;
  private static final int EROFS_AT = 1024;

  private static final int READ = 4096;

  /**
   * Empty when nothing known is there.
   *
   * @throws IOException when the device cannot be read
   */
  public static Optional<Superblock> read(SeekableByteChannel device) throws IOException {
    ByteBuffer head = bytes(device, 0, READ);
    if (startsWith(head, 0, "hsqs")) {
      return found("squashfs", Optional.empty());
    }
    if (startsWith(head, 0, "XFSB")) {
      return found("xfs", text(head, 108, 12));
    }
    if (startsWith(head, 0, "LUKS\u00ba\u00be")) {
      return found("crypto_LUKS", Optional.empty());
    }
    if (has(head, EXT_LABEL_AT + EXT_LABEL_SIZE)
        && Short.toUnsignedInt(head.getShort(EXT_MAGIC_AT)) == EXT_MAGIC) {
      head.order(ByteOrder.BIG_ENDIAN);
      var uuid = new UUID(head.getLong(EXT_UUID_AT), head.getLong(EXT_UUID_AT + Long.BYTES));
      head.order(ByteOrder.LITTLE_ENDIAN);
      return Optional.of(
          new Superblock(
              extType(head),
              text(head, EXT_LABEL_AT, EXT_LABEL_SIZE),
              Optional.of(uuid.toString())));
    }
    if (has(head, EROFS_AT + 4) && head.getInt(EROFS_AT) == 0xE0F5E1E2) {
      return found("erofs", text(head, EROFS_AT + 64, 16));
    }
    if (startsWith(head, 82, "FAT32")) {
      return found("vfat", text(head, 71, 11));
    }
    if (startsWith(head, 54, "FAT1")) {
      return found("vfat", text(head, 43, 11));
    }
    ByteBuffer iso = bytes(device, ISO_AT, 80);
    if (startsWith(iso, 1, "CD001")) {
      return found("iso9660", text(iso, 40, 32));
    }
    if (startsWith(bytes(device, BTRFS_AT, 8), 0, "_BHRfS_M")) {
      return found("btrfs", Optional.empty());
    }
    return Optional.empty();
  }

  private static String extType(ByteBuffer head) {
    if ((head.getInt(EXT_INCOMPAT_AT) & EXT4_INCOMPAT) != 0) {
      return "ext4";
    }
    return (head.getInt(EXT_COMPAT_AT) & EXT_HAS_JOURNAL) != 0 ? "ext3" : "ext2";
  }

  private static Optional<Superblock> found(String type, Optional<String> label) {
    return Optional.of(new Superblock(type, label, Optional.empty()));
  }

  /** Fewer bytes than asked for where the device ends. */
  private static ByteBuffer bytes(SeekableByteChannel device, long offset, int count)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    device.position(offset);
    while (buffer.hasRemaining() && device.read(buffer) > 0) {
      // read(2) may return less than it was asked for
    }
    return buffer.flip();
  }

  private static boolean has(ByteBuffer buffer, int count) {
    return buffer.limit() >= count;
  }

  private static boolean startsWith(ByteBuffer buffer, int at, String magic) {
    byte[] wanted = magic.getBytes(StandardCharsets.ISO_8859_1);
    if (!has(buffer, at + wanted.length)) {
      return false;
    }
    byte[] actual = new byte[wanted.length];
    buffer.get(at, actual);
    return Arrays.equals(wanted, actual);
  }

  /** Padded with NUL or space. */
  private static Optional<String> text(ByteBuffer buffer, int at, int size) {
    byte[] raw = new byte[size];
    buffer.get(at, raw);
    String padded = new String(raw, StandardCharsets.UTF_8);
    int end = padded.indexOf('\0');
    String label = (end < 0 ? padded : padded.substring(0, end)).strip();
    return label.isEmpty() ? Optional.empty() : Optional.of(label);
  }
}
