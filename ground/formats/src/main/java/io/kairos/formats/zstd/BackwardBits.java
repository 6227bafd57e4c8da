package io.kairos.formats.zstd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bits of a stream that is read from its end to its start (RFC 8878, 4.1). Below the start there
 * are zeros. The array must go on for eight octets after the stream.
 */
final class BackwardBits {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] data;
  private final int start;

  /** Bits that are left; negative when more was read than there was. */
  private long left;

  BackwardBits(byte[] data, int start, int end) throws MalformedZstd {
    if (end <= start || data[end - 1] == 0) {
      throw new MalformedZstd("a bit stream without its end mark");
    }
    this.data = data;
    this.start = start;
    int mark = 31 - Integer.numberOfLeadingZeros(data[end - 1] & 0xff);
    this.left = (end - start - 1) * 8L + mark;
  }

  /**
   * @param count up to 32
   */
  int read(int count) {
    int value = peek(count);
    left -= count;
    return value;
  }

  int peek(int count) {
    long from = left - count;
    long mask = (1L << count) - 1;
    if (from >= 0) {
      return (int) (((long) LONG.get(data, start + (int) (from >>> 3)) >>> (from & 7)) & mask);
    }
    return left <= 0 ? 0 : (int) (((long) LONG.get(data, start) << -from) & mask);
  }

  void skip(int count) {
    left -= count;
  }

  long left() {
    return left;
  }
}
