package io.kairos.formats.zstd;

import java.util.Arrays;

/**
 * A decoding table of finite state entropy (RFC 8878, 4.1).
 *
 * <p>A state is an index into the arrays.
 */
final class FseTable {
  final int log;
  final byte[] symbols;
  private final byte[] bits;
  private final int[] bases;

  private FseTable(int log) {
    this.log = log;
    this.symbols = new byte[1 << log];
    this.bits = new byte[1 << log];
    this.bases = new int[1 << log];
  }

  /** Always the same symbol. */
  static FseTable of(byte symbol) {
    var table = new FseTable(0);
    table.symbols[0] = symbol;
    return table;
  }

  /**
   * @param probabilities by symbol; -1 stands for less than one
   */
  static FseTable of(int log, int... probabilities) throws MalformedZstd {
    var table = new FseTable(log);
    int size = 1 << log;
    int[] next = new int[probabilities.length];
    int high = size;
    for (int symbol = 0; symbol < probabilities.length; symbol++) {
      if (probabilities[symbol] == -1) {
        table.symbols[--high] = (byte) symbol;
        next[symbol] = 1;
      }
    }
    int step = (size >> 1) + (size >> 3) + 3;
    int position = 0;
    for (int symbol = 0; symbol < probabilities.length; symbol++) {
      if (probabilities[symbol] <= 0) {
        continue;
      }
      next[symbol] = probabilities[symbol];
      for (int i = 0; i < probabilities[symbol]; i++) {
        table.symbols[position] = (byte) symbol;
        do {
          position = (position + step) & (size - 1);
        } while (position >= high);
      }
    }
    if (position != 0) {
      throw new MalformedZstd("probabilities that do not fill their table");
    }
    for (int state = 0; state < size; state++) {
      int rank = next[table.symbols[state]]++;
      int count = log - (31 - Integer.numberOfLeadingZeros(rank));
      table.bits[state] = (byte) count;
      table.bases[state] = (rank << count) - size;
    }
    return table;
  }

  int next(int state, BackwardBits in) {
    return bases[state] + in.read(bits[state]);
  }

  /** A table with the number of octets that describe it. */
  record Described(FseTable table, int length) {}

  static Described read(byte[] data, int start, int end, int maxLog, int maxSymbol)
      throws MalformedZstd {
    var in = new ForwardBits(data, start, end);
    int log = in.read(4) + 5;
    if (log > maxLog) {
      throw new MalformedZstd("a table of 2^" + log + " states");
    }
    int[] probabilities = new int[maxSymbol + 1];
    int symbol = 0;
    int remaining = 1 << log;
    while (remaining > 0) {
      if (symbol > maxSymbol) {
        throw new MalformedZstd("more symbols than there are");
      }
      int count = 32 - Integer.numberOfLeadingZeros(remaining + 1);
      int value = in.read(count);
      int lowMask = (1 << (count - 1)) - 1;
      int threshold = (1 << count) - 1 - (remaining + 1);
      if ((value & lowMask) < threshold) {
        in.unread(1);
        value &= lowMask;
      } else if (value > lowMask) {
        value -= threshold;
      }
      int probability = value - 1;
      remaining -= Math.abs(probability);
      probabilities[symbol++] = probability;
      if (probability == 0) {
        int repeat;
        do {
          repeat = in.read(2);
          symbol += repeat;
        } while (repeat == 3);
      }
    }
    if (remaining < 0 || symbol > maxSymbol + 1) {
      throw new MalformedZstd("probabilities of more than one");
    }
    return new Described(of(log, Arrays.copyOf(probabilities, symbol)), in.consumed());
  }

  /** Bits from the lowest of the first octet on. */
  private static final class ForwardBits {
    private final byte[] data;
    private final int start;
    private final int end;
    private int position;

    ForwardBits(byte[] data, int start, int end) {
      this.data = data;
      this.start = start;
      this.end = end;
    }

    int read(int count) throws MalformedZstd {
      int value = 0;
      for (int i = 0; i < count; i++, position++) {
        int at = start + (position >> 3);
        if (at >= end) {
          throw new MalformedZstd("a table that is cut off");
        }
        value |= ((data[at] >> (position & 7)) & 1) << i;
      }
      return value;
    }

    void unread(int count) {
      position -= count;
    }

    int consumed() {
      return (position + 7) >> 3;
    }
  }
}
