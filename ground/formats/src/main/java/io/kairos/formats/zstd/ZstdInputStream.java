package io.kairos.formats.zstd;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Decompresses frames of Zstandard data (RFC 8878), one after the other, to the end of the stream.
 * Windows are limited, so that a small file cannot take all memory; dictionaries are not supported.
 * The optional checksum of a frame is not compared: what we read so is known by a digest. Not for
 * concurrent use.
 */
public final class ZstdInputStream extends InputStream {
  private static final int MAGIC = 0xFD2FB528;
  private static final int SKIPPABLE = 0x184D2A50;
  private static final int MAX_BLOCK = 128 << 10;

  /** As far back as {@code zstd --long} looks. */
  private static final int MAX_WINDOW = 128 << 20;

  private static final int[] FIELD_SIZES = {0, 1, 2, 4};

  private final InputStream in;
  private final byte[] block = new byte[MAX_BLOCK + Long.BYTES];

  private byte[] window = {};
  private int windowSize;
  private int produced;
  private int consumed;
  private BlockDecoder decoder = new BlockDecoder();
  private boolean insideFrame;
  private boolean hasChecksum;
  private boolean atEnd;

  public ZstdInputStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (consumed == produced) {
      if (atEnd) {
        return -1;
      }
      if (insideFrame) {
        readBlock();
      } else {
        readFrameHeader();
      }
    }
    int count = Math.min(length, produced - consumed);
    System.arraycopy(window, consumed, buffer, from, count);
    consumed += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void readFrameHeader() throws IOException {
    byte[] octets = in.readNBytes(4);
    if (octets.length == 0) {
      atEnd = true;
      return;
    }
    if (octets.length < 4) {
      throw new EOFException();
    }
    int magic = (int) littleEndian(octets);
    if ((magic & ~15) == SKIPPABLE) {
      in.skipNBytes(littleEndian(exactly(4)));
      return;
    }
    if (magic != MAGIC) {
      throw new MalformedZstd("a frame without its magic number");
    }
    int descriptor = exactly(1)[0] & 0xff;
    boolean singleSegment = (descriptor & 32) != 0;
    hasChecksum = (descriptor & 4) != 0;
    if ((descriptor & 8) != 0) {
      throw new MalformedZstd("a reserved bit is set");
    }
    long size = 0;
    if (!singleSegment) {
      int octet = exactly(1)[0] & 0xff;
      long base = 1L << (10 + (octet >> 3));
      size = base + base / 8 * (octet & 7);
    }
    if (littleEndian(exactly(FIELD_SIZES[descriptor & 3])) != 0) {
      throw new MalformedZstd("it needs a dictionary");
    }
    int sizeField = descriptor >> 6;
    long contentSize =
        littleEndian(exactly(sizeField == 0 ? (singleSegment ? 1 : 0) : 1 << sizeField))
            + (sizeField == 1 ? 256 : 0);
    size = singleSegment ? contentSize : size;
    if (size < 0 || size > MAX_WINDOW) {
      throw new MalformedZstd("a window of " + size + " octets");
    }
    windowSize = (int) size;
    // Twice, so that the window moves seldom.
    int capacity = windowSize * 2 + MAX_BLOCK;
    if (window.length < capacity) {
      window = new byte[capacity];
    }
    produced = 0;
    consumed = 0;
    decoder = new BlockDecoder();
    insideFrame = true;
  }

  private void readBlock() throws IOException {
    if (window.length - produced < MAX_BLOCK) {
      int kept = Math.min(windowSize, produced);
      System.arraycopy(window, produced - kept, window, 0, kept);
      produced = kept;
      consumed = kept;
    }
    int header = (int) littleEndian(exactly(3));
    int type = (header >> 1) & 3;
    int size = header >> 3;
    if (size > MAX_BLOCK || type == 3) {
      throw new MalformedZstd("a block of type " + type + " and size " + size);
    }
    switch (type) {
      case 0 -> {
        fill(window, produced, size);
        produced += size;
      }
      case 1 -> {
        Arrays.fill(window, produced, produced + size, exactly(1)[0]);
        produced += size;
      }
      default -> {
        fill(block, 0, size);
        produced = decoder.decode(block, size, window, produced, produced + MAX_BLOCK);
      }
    }
    if ((header & 1) != 0) {
      insideFrame = false;
      if (hasChecksum) {
        exactly(4);
      }
    }
  }

  private byte[] exactly(int count) throws IOException {
    byte[] octets = new byte[count];
    fill(octets, 0, count);
    return octets;
  }

  private void fill(byte[] buffer, int from, int count) throws IOException {
    if (in.readNBytes(buffer, from, count) < count) {
      throw new EOFException();
    }
  }

  private static long littleEndian(byte[] octets) {
    long value = 0;
    for (int i = octets.length - 1; i >= 0; i--) {
      value = (value << 8) | (octets[i] & 0xff);
    }
    return value;
  }
}
