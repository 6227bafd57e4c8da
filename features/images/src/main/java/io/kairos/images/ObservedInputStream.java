package io.kairos.images;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream of which every octet passes {@link #read(byte[], int, int)}, also what is skipped. */
abstract class ObservedInputStream extends FilterInputStream {
  private static final int SKIPPED_AT_ONCE = 1 << 13;

  ObservedInputStream(InputStream in) {
    super(in);
  }

  @Override
  public abstract int read(byte[] buffer, int from, int length) throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final long skip(long count) throws IOException {
    byte[] buffer = new byte[SKIPPED_AT_ONCE];
    long left = count;
    while (left > 0) {
      int read = read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        break;
      }
      left -= read;
    }
    return Math.max(0, count - left);
  }

  /** Going back would show octets twice. */
  @Override
  public final boolean markSupported() {
    return false;
  }
}
