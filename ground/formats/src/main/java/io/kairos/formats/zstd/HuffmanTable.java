package io.kairos.formats.zstd;

import java.util.Arrays;

/** A decoding table for literals (RFC 8878, 4.2). */
final class HuffmanTable {
  private static final int MAX_BITS = 11;
  private static final int MAX_WEIGHTS = 255;
  private static final int WEIGHT_LOG = 6;

  private final int maxBits;
  private final byte[] symbols;
  private final byte[] lengths;

  private HuffmanTable(int maxBits) {
    this.maxBits = maxBits;
    this.symbols = new byte[1 << maxBits];
    this.lengths = new byte[1 << maxBits];
  }

  /** A table with the number of octets that describe it. */
  record Described(HuffmanTable table, int length) {}

  static Described read(byte[] data, int start, int end) throws MalformedZstd {
    if (start >= end) {
      throw new MalformedZstd("no description of the literals' code");
    }
    int header = data[start] & 0xff;
    if (header >= 128) {
      int count = header - 127;
      int length = 1 + (count + 1) / 2;
      if (start + length > end) {
        throw new MalformedZstd("a description of the literals' code that is cut off");
      }
      int[] weights = new int[count + 1];
      for (int i = 0; i < count; i++) {
        int octet = data[start + 1 + i / 2];
        weights[i] = (i % 2 == 0 ? octet >> 4 : octet) & 15;
      }
      return new Described(of(weights, count), length);
    }
    if (start + 1 + header > end) {
      throw new MalformedZstd("a description of the literals' code that is cut off");
    }
    int[] weights = new int[MAX_WEIGHTS + 1];
    int count = compressedWeights(data, start + 1, start + 1 + header, weights);
    return new Described(of(weights, count), 1 + header);
  }

  /** Two states take turns until the bits are used up. */
  private static int compressedWeights(byte[] data, int start, int end, int[] weights)
      throws MalformedZstd {
    FseTable.Described described = FseTable.read(data, start, end, WEIGHT_LOG, MAX_BITS + 1);
    FseTable table = described.table();
    var in = new BackwardBits(data, start + described.length(), end);
    int first = in.read(table.log);
    int second = in.read(table.log);
    int count = 0;
    while (true) {
      if (count + 2 > MAX_WEIGHTS) {
        throw new MalformedZstd("more literals than there are octets");
      }
      weights[count++] = table.symbols[first];
      first = table.next(first, in);
      if (in.left() < 0) {
        weights[count++] = table.symbols[second];
        return count;
      }
      weights[count++] = table.symbols[second];
      second = table.next(second, in);
      if (in.left() < 0) {
        weights[count++] = table.symbols[first];
        return count;
      }
    }
  }

  /**
   * @param weights with room for one more, which follows from the others
   */
  private static HuffmanTable of(int[] weights, int count) throws MalformedZstd {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] > MAX_BITS + 1) {
        throw new MalformedZstd("a literal of weight " + weights[i]);
      }
      sum += weights[i] == 0 ? 0 : 1 << (weights[i] - 1);
    }
    int maxBits = 32 - Integer.numberOfLeadingZeros(sum);
    int rest = (1 << maxBits) - sum;
    if (sum == 0 || maxBits > MAX_BITS || Integer.bitCount(rest) != 1) {
      throw new MalformedZstd("an impossible code for literals");
    }
    weights[count] = Integer.numberOfTrailingZeros(rest) + 1;
    var table = new HuffmanTable(maxBits);
    int position = 0;
    for (int weight = 1; weight <= maxBits; weight++) {
      int span = 1 << (weight - 1);
      for (int symbol = 0; symbol <= count; symbol++) {
        if (weights[symbol] == weight) {
          Arrays.fill(table.symbols, position, position + span, (byte) symbol);
          Arrays.fill(table.lengths, position, position + span, (byte) (maxBits + 1 - weight));
          position += span;
        }
      }
    }
    return table;
  }

  /** Decodes one stream, which has to end exactly with the last literal. */
  void decode(byte[] data, int start, int end, byte[] into, int from, int count)
      throws MalformedZstd {
    var in = new BackwardBits(data, start, end);
    for (int i = from; i < from + count; i++) {
      int code = in.peek(maxBits);
      into[i] = symbols[code];
      in.skip(lengths[code]);
    }
    if (in.left() != 0) {
      throw new MalformedZstd("literals that do not fill their stream");
    }
  }
}
