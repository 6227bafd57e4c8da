package io.kairos.testkit.disk;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * All that was written to a disk, in order, as QEMU's block driver {@code blklogwrites} logs it
 * (the format of Linux' dm-log-writes, version 1). Only the headers are kept in memory; the octets
 * stay in the file, which may still grow.
 */
public final class WriteLog implements AutoCloseable {
  // drivers/md/dm-log-writes.c
  private static final long MAGIC = 0x6a736677736872L;
  private static final long VERSION = 1;
  private static final int SUPER_SIZE = 28;
  private static final int ENTRY_SIZE = 32;
  private static final long FLUSH = 1;
  private static final long FUA = 1 << 1;
  private static final long DISCARD = 1 << 2;
  private static final long MARK = 1 << 3;

  /**
   * One request of the guest that has ended.
   *
   * @param number of the entry, from zero
   * @param offset on the disk, in octets
   * @param length in octets; zero for a mere flush
   * @param flags as in the log
   * @param data where its octets are in the log; unused when it has none
   */
  public record Entry(int number, long offset, long length, long flags, long data) {
    /** What was written before is on the disk. */
    public boolean isFlush() {
      return (flags & FLUSH) != 0;
    }

    /** It is on the disk itself, whatever becomes of what was written before. */
    public boolean isForced() {
      return (flags & FUA) != 0;
    }

    public boolean isDiscard() {
      return (flags & DISCARD) != 0;
    }

    boolean isMark() {
      return (flags & MARK) != 0;
    }

    /** Changes the content of the disk. */
    public boolean isChange() {
      return length > 0 && !isMark();
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final List<Entry> entries;

  private WriteLog(Path file, FileChannel channel, List<Entry> entries) {
    this.file = file;
    this.channel = channel;
    this.entries = List.copyOf(entries);
  }

  /**
   * @throws HostFailure when the file is no such log
   */
  public static WriteLog open(Path file) {
    try {
      var channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new WriteLog(file, channel, new Scan(file, channel).entries());
      } catch (RuntimeException | IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read the log of writes " + file, e);
    }
  }

  public Path file() {
    return file;
  }

  public List<Entry> entries() {
    return entries;
  }

  /** The octets of all entries, at the places that they name. */
  FileChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new HostFailure("cannot close " + file, e);
    }
  }

  /** One pass over the headers. */
  private record Scan(Path file, FileChannel channel) {
    List<Entry> entries() throws IOException {
      ByteBuffer head = read(0, SUPER_SIZE);
      if (head.getLong(0) != MAGIC || head.getLong(8) != VERSION) {
        throw HostFailure.withRemedy(
            file + " is no log of writes in version " + VERSION,
            "write it with QEMU's block driver blklogwrites");
      }
      long count = head.getLong(16);
      int sectorSize = head.getInt(24);
      List<Entry> entries = new ArrayList<>();
      long at = sectorSize;
      for (int number = 0; number < count; number++) {
        ByteBuffer entry = read(at, ENTRY_SIZE);
        at += sectorSize;
        long length = entry.getLong(8) * sectorSize;
        var read = new Entry(number, entry.getLong(0) * sectorSize, length, entry.getLong(16), at);
        entries.add(read);
        at += read.isMark() ? padded(entry.getLong(24), sectorSize) : data(read);
      }
      return entries;
    }

    private static long data(Entry entry) {
      return entry.isDiscard() ? 0 : entry.length();
    }

    private static long padded(long length, int sectorSize) {
      return (length + sectorSize - 1) / sectorSize * sectorSize;
    }

    private ByteBuffer read(long at, int count) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          throw new HostFailure(file + " ends within entry at octet " + at);
        }
      }
      return buffer.flip();
    }
  }
}
