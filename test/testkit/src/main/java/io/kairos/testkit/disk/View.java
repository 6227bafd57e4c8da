package io.kairos.testkit.disk;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongPredicate;

/**
 * Octets that can be read and whose origin is known: a disk, a partition of it, a file on that, a
 * file in that. A view holds no octets; it says which pieces of which files it is made of. Files
 * that views are made of do not change, so whoever is made of the same pieces has the same octets.
 * Not safe for concurrent use, as any channel with a position.
 */
public abstract class View implements SeekableByteChannel {
  private static final int BUFFER = 1 << 20;
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(BUFFER).asReadOnlyBuffer();

  private final long size;
  private long position;

  protected View(long size) {
    this.size = size;
  }

  /** Where octets come from. */
  @FunctionalInterface
  public interface Sink {
    /**
     * @param source null for zeros
     * @param at in the source
     */
    void piece(FileChannel source, long at, long length) throws IOException;
  }

  /**
   * Tells the pieces of a range, in order and without gaps.
   *
   * @param offset of the range, which lies within this view
   */
  protected abstract void pieces(long offset, long length, Sink sink) throws IOException;

  @Override
  public final long size() {
    return size;
  }

  /** Reads what is there; a range beyond the end is a failure. */
  public final ByteBuffer read(long offset, int length) throws IOException {
    if (offset < 0 || offset + length > size) {
      throw new IOException(
          "octets %d+%d lie beyond the end at %d".formatted(offset, length, size));
    }
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    pieces(offset, length, (source, at, count) -> fill(buffer, source, at, count));
    return buffer.flip();
  }

  private static void fill(ByteBuffer buffer, FileChannel source, long at, long count)
      throws IOException {
    int end = buffer.position() + Math.toIntExact(count);
    if (source == null) {
      buffer.position(end); // allocated as zeros
      return;
    }
    int limit = buffer.limit();
    buffer.limit(end);
    long from = at;
    while (buffer.hasRemaining()) {
      int read = source.read(buffer, from);
      if (read < 0) {
        throw new IOException("the source ends at " + from);
      }
      from += read;
    }
    buffer.limit(limit);
  }

  /** A part of it. */
  public final View slice(long offset, long length) {
    View whole = this;
    return new View(length) {
      @Override
      protected void pieces(long at, long count, Sink sink) throws IOException {
        whole.pieces(offset + at, count, sink);
      }
    };
  }

  /** A file as it is. */
  public static View of(FileChannel file) throws IOException {
    return new View(file.size()) {
      @Override
      protected void pieces(long offset, long length, Sink sink) throws IOException {
        sink.piece(file, offset, length);
      }
    };
  }

  /** The same for everything made of the same pieces, without reading one octet. */
  public final String origin() throws IOException {
    MessageDigest digest = sha256();
    ByteBuffer words = ByteBuffer.allocate(3 * Long.BYTES);
    pieces(
        0,
        size,
        (source, at, length) -> {
          long file = source == null ? 0 : System.identityHashCode(source);
          digest.update(words.clear().putLong(file).putLong(at).putLong(length).flip());
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of the octets. */
  public final String digest() throws IOException {
    MessageDigest digest = sha256();
    for (long at = 0; at < size; at += BUFFER) {
      digest.update(read(at, (int) Math.min(BUFFER, size - at)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * SHA-256 of the blocks that hold something, each with its number: the same for a file and for a
   * sparse copy of it.
   *
   * @param wanted offsets of the blocks that count
   */
  public final String digestOfBlocks(int blockSize, LongPredicate wanted) throws IOException {
    MessageDigest digest = sha256();
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    for (long at = 0; at < size; at += BUFFER) {
      int length = (int) Math.min(BUFFER, size - at);
      if (isHole(at, length)) {
        continue;
      }
      ByteBuffer read = read(at, length);
      for (int block = 0; block < length; block += blockSize) {
        ByteBuffer octets = read.slice(block, Math.min(blockSize, length - block));
        if (wanted.test(at + block) && !isZero(octets)) {
          digest.update(number.clear().putLong(at + block).flip());
          digest.update(octets);
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private boolean isHole(long offset, long length) throws IOException {
    boolean[] any = {false};
    pieces(offset, length, (source, _, _) -> any[0] |= source != null);
    return !any[0];
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Writes it to a file, which has holes where there is nothing. */
  public final void copyTo(Path file) {
    try {
      Files.deleteIfExists(file);
      try (var out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        long[] at = {0};
        pieces(
            0,
            size,
            (source, from, length) -> {
              if (source != null) {
                copy(source, from, length, out, at[0]);
              }
              at[0] += length;
            });
        if (out.size() < size) {
          out.write(ByteBuffer.allocate(1), size - 1);
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }

  private static void copy(FileChannel source, long from, long length, FileChannel out, long to)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, length));
    for (long done = 0; done < length; ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
      fill(buffer, source, from + done, buffer.limit());
      buffer.flip();
      int count = buffer.remaining();
      if (!isZero(buffer)) {
        for (long at = to + done; buffer.hasRemaining(); ) {
          at += out.write(buffer, at);
        }
      }
      done += count;
    }
  }

  private static boolean isZero(ByteBuffer buffer) {
    return buffer.equals(ZEROS.slice(0, buffer.remaining()));
  }

  // ---- for readers of channels

  @Override
  public final int read(ByteBuffer target) throws IOException {
    if (position >= size) {
      return -1;
    }
    int count = (int) Math.min(target.remaining(), size - position);
    target.put(read(position, count));
    position += count;
    return count;
  }

  @Override
  public final long position() {
    return position;
  }

  @Override
  public final SeekableByteChannel position(long place) {
    position = place;
    return this;
  }

  @Override
  public final int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public final SeekableByteChannel truncate(long length) {
    throw new NonWritableChannelException();
  }

  @Override
  public final boolean isOpen() {
    return true;
  }

  /** Whoever opened the files that it is made of closes them. */
  @Override
  public final void close() {}
}
