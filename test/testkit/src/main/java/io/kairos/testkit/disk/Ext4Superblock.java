package io.kairos.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a reader of ext2, ext3 or ext4 has to know (Linux, fs/ext4/ext4.h, struct ext4_super_block).
 *
 * @param raw its 1024 octets, little endian
 */
record Ext4Superblock(ByteBuffer raw) {
  private static final int AT = 1024;
  private static final int SIZE = 1024;
  private static final int MAGIC = 0xEF53;
  private static final int LABEL_AT = 0x78;
  private static final int LABEL_SIZE = 16;
  private static final int INCOMPATIBLE_AT = 0x60;

  /** Needs the journal, a journal of its own device, groups of descriptors spread over the disk. */
  private static final int NEEDS_RECOVERY = 0x4;

  private static final int IS_JOURNAL = 0x8;
  private static final int META_GROUPS = 0x10;
  private static final int WIDE = 0x80;

  enum Feature {
    JOURNAL(0x5C, 0x4),
    WIDE_BLOCKS(INCOMPATIBLE_AT, WIDE);

    private final int at;
    private final int bit;

    Feature(int at, int bit) {
      this.at = at;
      this.bit = bit;
    }
  }

  static Ext4Superblock read(View partition) throws IOException {
    var superblock = new Ext4Superblock(partition.read(AT, SIZE));
    if (Short.toUnsignedInt(superblock.raw.getShort(0x38)) != MAGIC) {
      throw new IOException("no file system of the ext family");
    }
    int incompatible = superblock.raw.getInt(INCOMPATIBLE_AT);
    if ((incompatible & (IS_JOURNAL | META_GROUPS)) != 0) {
      throw new IOException("features %#x of ext4 are not read here".formatted(incompatible));
    }
    if (superblock.blocks() * superblock.blockSize() > partition.size()) {
      throw new IOException("the file system is larger than its device");
    }
    return superblock;
  }

  boolean has(Feature feature) {
    return (raw.getInt(feature.at) & feature.bit) != 0;
  }

  boolean needsRecovery() {
    return (raw.getInt(INCOMPATIBLE_AT) & NEEDS_RECOVERY) != 0;
  }

  int blockSize() {
    return 1024 << raw.getInt(0x18);
  }

  long blocks() {
    long low = Integer.toUnsignedLong(raw.getInt(0x4));
    return has(Feature.WIDE_BLOCKS) ? low | (long) raw.getInt(0x150) << 32 : low;
  }

  long inodes() {
    return Integer.toUnsignedLong(raw.getInt(0x0));
  }

  int inodesPerGroup() {
    return raw.getInt(0x28);
  }

  int inodeSize() {
    return raw.getInt(0x4C) == 0 ? 128 : Short.toUnsignedInt(raw.getShort(0x58));
  }

  int descriptorSize() {
    return has(Feature.WIDE_BLOCKS) ? Short.toUnsignedInt(raw.getShort(0xFE)) : 32;
  }

  /** In the block after the one that holds this. */
  long descriptorAt(int group) {
    long first = Integer.toUnsignedLong(raw.getInt(0x14)) + 1;
    return first * blockSize() + (long) group * descriptorSize();
  }

  int journalInode() {
    return raw.getInt(0xE0);
  }

  Optional<String> label() {
    byte[] padded = new byte[LABEL_SIZE];
    raw.get(LABEL_AT, padded);
    String text = new String(padded, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    String label = end < 0 ? text : text.substring(0, end);
    return label.isEmpty() ? Optional.empty() : Optional.of(label);
  }
}
