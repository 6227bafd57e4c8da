package io.kairos.images;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * One gzip member (RFC 1952) without name and time, deflated in blocks of fixed size on all cores.
 * Each block starts from the end of the one before as its dictionary, as pigz does it, so the
 * octets do not depend on the number of cores. Closing ends the member and leaves the stream
 * beneath open.
 */
final class ParallelGzip extends OutputStream {
  private static final int BLOCK = 1 << 20;
  private static final int WINDOW = 1 << 15;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

  private final OutputStream out;
  private final int level;
  private final int ahead = Runtime.getRuntime().availableProcessors() * 2;
  private final Compressors workers = new Compressors("gzip-");
  private final Deque<Future<byte[]>> pending = new ArrayDeque<>();
  private final CRC32 crc = new CRC32();
  private byte[] block = new byte[BLOCK];
  private byte[] dictionary = {};
  private int filled;
  private long total;
  private boolean closed;

  ParallelGzip(OutputStream out, int level) throws IOException {
    this.out = out;
    this.level = level;
    out.write(HEADER);
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] content, int from, int length) throws IOException {
    crc.update(content, from, length);
    total += length;
    int at = from;
    int left = length;
    while (left > 0) {
      if (filled == BLOCK) {
        submit(false);
      }
      int count = Math.min(left, BLOCK - filled);
      System.arraycopy(content, at, block, filled, count);
      filled += count;
      at += count;
      left -= count;
    }
  }

  private void submit(boolean last) throws IOException {
    byte[] content = filled == BLOCK ? block : Arrays.copyOf(block, filled);
    byte[] before = dictionary;
    pending.add(workers.submit(() -> deflate(content, before, last)));
    dictionary = Arrays.copyOfRange(content, Math.max(0, filled - WINDOW), filled);
    block = new byte[BLOCK];
    filled = 0;
    while (pending.size() > ahead) {
      writeOldest();
    }
  }

  private byte[] deflate(byte[] content, byte[] before, boolean last) {
    try (Deflater deflater = new Deflater(level, true)) {
      if (before.length > 0) {
        deflater.setDictionary(before);
      }
      deflater.setInput(content);
      if (last) {
        deflater.finish();
      }
      byte[] result = new byte[content.length + (content.length >> 8) + 1024];
      int length = 0;
      while (true) {
        int room = result.length - length;
        int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
        int count = deflater.deflate(result, length, room, flush);
        length += count;
        if (last ? deflater.finished() : count < room) {
          return Arrays.copyOf(result, length);
        }
        result = Arrays.copyOf(result, result.length * 2);
      }
    }
  }

  private void writeOldest() throws IOException {
    out.write(Compressors.result(pending.remove()));
  }

  /** Only at the end of the archive everything is written. */
  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (workers) {
      submit(true);
      while (!pending.isEmpty()) {
        writeOldest();
      }
      littleEndian((int) crc.getValue());
      littleEndian((int) total);
      out.close();
    }
  }

  private void littleEndian(int value) throws IOException {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >>> shift);
    }
  }
}
