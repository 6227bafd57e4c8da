package io.kairos.images;

/** CRC-64 of ISO 3309, which tar-split notes of each file, as Go's hash/crc64 computes it. */
final class Crc64 {
  private static final long POLYNOMIAL = 0xD800000000000000L; // reversed
  private static final long[] TABLE = new long[256];

  static {
    for (int octet = 0; octet < TABLE.length; octet++) {
      long value = octet;
      for (int bit = 0; bit < 8; bit++) {
        value = (value & 1) == 0 ? value >>> 1 : (value >>> 1) ^ POLYNOMIAL;
      }
      TABLE[octet] = value;
    }
  }

  private long state = -1;

  void update(byte[] content, int from, int length) {
    long value = state;
    for (int i = from; i < from + length; i++) {
      value = TABLE[(int) (value ^ content[i]) & 0xff] ^ (value >>> 8);
    }
    state = value;
  }

  /** Eight octets, the highest first. */
  byte[] value() {
    long value = ~state;
    byte[] octets = new byte[Long.BYTES];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (value >>> (56 - 8 * i));
    }
    return octets;
  }
}
