package io.kairos.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The journal of ext3 and ext4, as the kernel replays it at a mount (Linux, fs/jbd2/recovery.c and
 * include/linux/jbd2.h). Everything in it is big endian.
 */
final class Journal {
  private static final int MAGIC = 0xC03B3998;
  private static final int HEADER = 12;
  private static final int DESCRIPTOR = 1;
  private static final int COMMIT = 2;
  private static final int SUPERBLOCK_V2 = 4;
  private static final int REVOKE = 5;

  private static final int INCOMPAT_REVOKE = 0x1;
  private static final int INCOMPAT_64BIT = 0x2;
  private static final int INCOMPAT_CSUM_V3 = 0x10;
  private static final int KNOWN = INCOMPAT_REVOKE | INCOMPAT_64BIT | INCOMPAT_CSUM_V3;

  private static final int TAG_ESCAPED = 1;
  private static final int TAG_SAME_UUID = 2;
  private static final int TAG_LAST = 8;
  private static final int UUID_SIZE = 16;
  private static final int CHECKSUM_TAIL = 4;
  private static final int COMMIT_CHECKSUM_AT = 16;

  private final View file;
  private final int blockSize;
  private final ByteBuffer superblock;

  /** One block that the journal holds for its place. */
  private record Tag(long target, int flags, int checksum) {}

  private Journal(View file, int blockSize, ByteBuffer superblock) {
    this.file = file;
    this.blockSize = blockSize;
    this.superblock = superblock;
  }

  static Journal read(View file, int blockSize) throws IOException {
    ByteBuffer superblock = file.read(0, 1024).order(ByteOrder.BIG_ENDIAN);
    if (superblock.getInt(0) != MAGIC
        || superblock.getInt(4) != SUPERBLOCK_V2
        || superblock.getInt(12) != blockSize) {
      throw new IOException("the journal has no superblock");
    }
    if ((superblock.getInt(40) & ~KNOWN) != 0) {
      throw new IOException(
          "features %#x of the journal are not read here".formatted(superblock.getInt(40)));
    }
    return new Journal(file, blockSize, superblock);
  }

  private boolean has(int feature) {
    return (superblock.getInt(40) & feature) != 0;
  }

  private boolean isChecked() {
    return has(INCOMPAT_CSUM_V3);
  }

  private int first() {
    return superblock.getInt(20);
  }

  private int length() {
    return superblock.getInt(16);
  }

  private int wrapped(long block) {
    return Math.toIntExact(block >= length() ? first() + (block - length()) : block);
  }

  /**
   * @param isNeeded what the superblock of the file system says: without it the journal is wiped
   */
  View replayedOver(View partition, boolean isNeeded) throws IOException {
    int start = superblock.getInt(28);
    if (start == 0 || !isNeeded) {
      return partition;
    }
    var over = new ExtentMap();
    for (Map.Entry<Long, Long> copy : new Scan(start, superblock.getInt(24)).copies().entrySet()) {
      long[] to = {copy.getKey() * blockSize};
      file.pieces(
          copy.getValue() * blockSize,
          blockSize,
          (source, from, count) -> {
            over.put(to[0], count, source, from);
            to[0] += count;
          });
    }
    return new View(partition.size()) {
      @Override
      protected void pieces(long offset, long length, Sink sink) throws IOException {
        over.pieces(offset, length, sink, (where, count) -> partition.pieces(where, count, sink));
      }
    };
  }

  private ByteBuffer block(long number) throws IOException {
    return file.read(number * blockSize, blockSize).order(ByteOrder.BIG_ENDIAN);
  }

  /** Raw CRC-32C that starts from the journal's UUID, as jbd2_chksum does. */
  private int checksum(ByteBuffer... parts) {
    var crc = new CRC32C();
    crc.update(superblock.slice(48, UUID_SIZE));
    for (ByteBuffer part : parts) {
      crc.update(part.duplicate());
    }
    return ~(int) crc.getValue();
  }

  /** Finds the transactions that are whole, then what they leave where. */
  private final class Scan {
    private final int start;
    private final int firstSequence;
    private final Map<Long, Integer> revoked = new HashMap<>();

    /** Blocks of the journal by the blocks of the disk that they are for. */
    private final Map<Long, Long> copies = new HashMap<>();

    Scan(int start, int firstSequence) {
      this.start = start;
      this.firstSequence = firstSequence;
    }

    Map<Long, Long> copies() throws IOException {
      int end = walk(Integer.MAX_VALUE, new Visitor());
      var _ = walk(end - firstSequence, new Revocations());
      var _ = walk(end - firstSequence, new Copies());
      return copies;
    }

    /**
     * @param most how many transactions
     * @return sequence number of the first one that is not whole
     */
    private int walk(int most, Visitor visitor) throws IOException {
      long at = start;
      int sequence = firstSequence;
      while (sequence - firstSequence < most) {
        ByteBuffer block = block(at);
        if (block.getInt(0) != MAGIC || block.getInt(8) != sequence) {
          return sequence;
        }
        at = wrapped(at + 1);
        switch (block.getInt(4)) {
          case DESCRIPTOR -> {
            if (isChecked() && !hasTailChecksum(block)) {
              return sequence;
            }
            for (Tag tag : tags(block)) {
              visitor.copy(tag, at, sequence);
              at = wrapped(at + 1);
            }
          }
          case REVOKE -> {
            if (isChecked() && !hasTailChecksum(block)) {
              return sequence;
            }
            visitor.revoke(block, sequence);
          }
          case COMMIT -> {
            if (isChecked() && !hasCommitChecksum(block)) {
              return sequence;
            }
            sequence++;
          }
          default -> {
            return sequence;
          }
        }
      }
      return sequence;
    }

    private boolean hasTailChecksum(ByteBuffer block) {
      int at = blockSize - CHECKSUM_TAIL;
      int said = block.getInt(at);
      block.putInt(at, 0);
      return checksum(block.slice(0, blockSize)) == said;
    }

    private boolean hasCommitChecksum(ByteBuffer block) {
      int said = block.getInt(COMMIT_CHECKSUM_AT);
      block.putInt(COMMIT_CHECKSUM_AT, 0);
      return checksum(block.slice(0, blockSize)) == said;
    }

    private List<Tag> tags(ByteBuffer block) {
      List<Tag> tags = new ArrayList<>();
      int size = isChecked() ? 16 : has(INCOMPAT_64BIT) ? 12 : 8;
      int end = blockSize - (isChecked() ? CHECKSUM_TAIL : 0);
      int at = HEADER;
      int flags = 0;
      while (at + size <= end && (flags & TAG_LAST) == 0) {
        long target = Integer.toUnsignedLong(block.getInt(at));
        flags = isChecked() ? block.getInt(at + 4) : Short.toUnsignedInt(block.getShort(at + 6));
        if (has(INCOMPAT_64BIT)) {
          target |= (long) block.getInt(at + 8) << 32;
        }
        tags.add(new Tag(target, flags, isChecked() ? block.getInt(at + 12) : 0));
        at += size + ((flags & TAG_SAME_UUID) == 0 ? UUID_SIZE : 0);
      }
      return tags;
    }

    /** What a walk sees; nothing has to be done in the first one. */
    private static class Visitor {
      void copy(Tag tag, long at, int sequence) throws IOException {}

      void revoke(ByteBuffer block, int sequence) {}
    }

    /** A block that was freed later is not written: it may belong to a file's data by now. */
    private final class Revocations extends Visitor {
      @Override
      void revoke(ByteBuffer block, int sequence) {
        int end = block.getInt(HEADER);
        int size = has(INCOMPAT_64BIT) ? Long.BYTES : Integer.BYTES;
        for (int at = HEADER + Integer.BYTES; at + size <= end; at += size) {
          long target =
              size == Long.BYTES ? block.getLong(at) : Integer.toUnsignedLong(block.getInt(at));
          revoked.merge(target, sequence, Math::max);
        }
      }
    }

    private final class Copies extends Visitor {
      @Override
      void copy(Tag tag, long at, int sequence) throws IOException {
        if (revoked.getOrDefault(tag.target(), Integer.MIN_VALUE) >= sequence) {
          return;
        }
        if (isChecked()) {
          ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).putInt(sequence).flip();
          if (checksum(number, block(at)) != tag.checksum()) {
            throw new IOException("the journal holds a damaged copy of block " + tag.target());
          }
        }
        if ((tag.flags() & TAG_ESCAPED) != 0) {
          // It begins with the magic number by chance and is kept without it.
          throw new IOException("block " + tag.target() + " is escaped, which is not read here");
        }
        copies.put(tag.target(), at);
      }
    }
  }
}
