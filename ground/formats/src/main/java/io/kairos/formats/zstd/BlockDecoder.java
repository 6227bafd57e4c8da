package io.kairos.formats.zstd;

import java.util.Arrays;

/** Decodes the compressed blocks of one frame (RFC 8878, 3.1.1.3), which share tables. */
final class BlockDecoder {
  private static final int MAX_LITERALS = 128 << 10;
  private static final FseTable LITERAL_LENGTHS;
  private static final FseTable MATCH_LENGTHS;
  private static final FseTable OFFSETS;

  // RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2
  private static final int[] LITERAL_LENGTH_BASES = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64,
    128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536
  };
  private static final int[] LITERAL_LENGTH_BITS = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11,
    12, 13, 14, 15, 16
  };
  private static final int[] MATCH_LENGTH_BASES = {
    3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051,
    4099, 8195, 16387, 32771, 65539
  };
  private static final int[] MATCH_LENGTH_BITS = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
  };
  private static final int MAX_OFFSET_CODE = 31;

  static {
    try {
      LITERAL_LENGTHS =
          FseTable.of(
              6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1,
              1, 1, 1, 1, -1, -1, -1, -1);
      MATCH_LENGTHS =
          FseTable.of(
              6, 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1);
      OFFSETS =
          FseTable.of(
              5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1,
              -1, -1);
    } catch (MalformedZstd e) {
      throw new IllegalStateException("the tables of the RFC fit", e);
    }
  }

  private final byte[] literals = new byte[MAX_LITERALS];
  private int literalCount;
  private HuffmanTable huffman;
  private FseTable literalLengths;
  private FseTable offsets;
  private FseTable matchLengths;
  private final int[] recent = {1, 4, 8};

  private byte[] data;
  private int position;
  private int end;

  /**
   * @param content the block, with eight more octets behind it
   * @param out what was decoded before, up to {@code from}
   * @return where the decoded block ends
   */
  int decode(byte[] content, int size, byte[] out, int from, int limit) throws MalformedZstd {
    data = content;
    position = 0;
    end = size;
    readLiterals();
    return readSequences(out, from, limit);
  }

  private int octet() throws MalformedZstd {
    if (position >= end) {
      throw new MalformedZstd("a block that is cut off");
    }
    return data[position++] & 0xff;
  }

  private void require(int count) throws MalformedZstd {
    if (count < 0 || position + count > end) {
      throw new MalformedZstd("a block that is cut off");
    }
  }

  private void readLiterals() throws MalformedZstd {
    int header = octet();
    int type = header & 3;
    int format = (header >> 2) & 3;
    if (type >= 2) {
      readCompressedLiterals(header, type, format);
      return;
    }
    literalCount =
        switch (format) {
          case 1 -> (header >> 4) | (octet() << 4);
          case 3 -> (header >> 4) | (octet() << 4) | (octet() << 12);
          default -> header >> 3;
        };
    requireLiterals();
    if (type == 0) {
      require(literalCount);
      System.arraycopy(data, position, literals, 0, literalCount);
      position += literalCount;
    } else {
      Arrays.fill(literals, 0, literalCount, (byte) octet());
    }
  }

  private void requireLiterals() throws MalformedZstd {
    if (literalCount > MAX_LITERALS) {
      throw new MalformedZstd(literalCount + " literals in one block");
    }
  }

  private void readCompressedLiterals(int header, int type, int format) throws MalformedZstd {
    int octets = format <= 1 ? 2 : format + 1;
    int sizeBits = format <= 1 ? 10 : format == 2 ? 14 : 18;
    long sizes = header >> 4;
    for (int i = 0; i < octets; i++) {
      sizes |= (long) octet() << (4 + 8 * i);
    }
    literalCount = (int) (sizes & ((1 << sizeBits) - 1));
    int compressed = (int) (sizes >> sizeBits);
    requireLiterals();
    require(compressed);
    int stop = position + compressed;
    if (type == 2) {
      HuffmanTable.Described described = HuffmanTable.read(data, position, stop);
      huffman = described.table();
      position += described.length();
    } else if (huffman == null) {
      throw new MalformedZstd("literals without a code");
    }
    if (format == 0) {
      huffman.decode(data, position, stop, literals, 0, literalCount);
    } else {
      decodeFourStreams(stop);
    }
    position = stop;
  }

  private void decodeFourStreams(int stop) throws MalformedZstd {
    int start = position + 6;
    int share = (literalCount + 3) / 4;
    if (start > stop || share * 3 > literalCount) {
      throw new MalformedZstd("literals that are cut off");
    }
    for (int stream = 0; stream < 4; stream++) {
      int length =
          stream == 3 ? stop - start : octetAt(stream * 2) | (octetAt(stream * 2 + 1) << 8);
      int count = stream == 3 ? literalCount - 3 * share : share;
      if (length < 0 || start + length > stop) {
        throw new MalformedZstd("literals that are cut off");
      }
      huffman.decode(data, start, start + length, literals, stream * share, count);
      start += length;
    }
  }

  private int octetAt(int offset) {
    return data[position + offset] & 0xff;
  }

  private int readSequences(byte[] out, int from, int limit) throws MalformedZstd {
    int count = octet();
    if (count == 255) {
      count = octet() + (octet() << 8) + 0x7f00;
    } else if (count >= 128) {
      count = ((count - 128) << 8) + octet();
    }
    if (count == 0) {
      return copyLiterals(0, literalCount, out, from, limit);
    }
    int modes = octet();
    literalLengths =
        table(modes >> 6, LITERAL_LENGTHS, literalLengths, 9, LITERAL_LENGTH_BASES.length - 1);
    offsets = table((modes >> 4) & 3, OFFSETS, offsets, 8, MAX_OFFSET_CODE);
    matchLengths =
        table((modes >> 2) & 3, MATCH_LENGTHS, matchLengths, 9, MATCH_LENGTH_BASES.length - 1);
    return execute(count, out, from, limit);
  }

  private FseTable table(int mode, FseTable usual, FseTable previous, int maxLog, int maxSymbol)
      throws MalformedZstd {
    return switch (mode) {
      case 0 -> usual;
      case 1 -> {
        int symbol = octet();
        if (symbol > maxSymbol) {
          throw new MalformedZstd("an unknown code " + symbol);
        }
        yield FseTable.of((byte) symbol);
      }
      case 2 -> {
        FseTable.Described described = FseTable.read(data, position, end, maxLog, maxSymbol);
        position += described.length();
        yield described.table();
      }
      default -> {
        if (previous == null) {
          throw new MalformedZstd("it repeats a table that was never there");
        }
        yield previous;
      }
    };
  }

  private int execute(int count, byte[] out, int from, int limit) throws MalformedZstd {
    var in = new BackwardBits(data, position, end);
    int literalState = in.read(literalLengths.log);
    int offsetState = in.read(offsets.log);
    int matchState = in.read(matchLengths.log);
    int literal = 0;
    int at = from;
    for (int i = 0; i < count; i++) {
      int offsetCode = offsets.symbols[offsetState];
      int matchCode = matchLengths.symbols[matchState];
      int literalCode = literalLengths.symbols[literalState];
      long offsetValue = (1L << offsetCode) + Integer.toUnsignedLong(in.read(offsetCode));
      int matchLength = MATCH_LENGTH_BASES[matchCode] + in.read(MATCH_LENGTH_BITS[matchCode]);
      int literalLength =
          LITERAL_LENGTH_BASES[literalCode] + in.read(LITERAL_LENGTH_BITS[literalCode]);
      if (i < count - 1) {
        literalState = literalLengths.next(literalState, in);
        matchState = matchLengths.next(matchState, in);
        offsetState = offsets.next(offsetState, in);
      }
      at = copyLiterals(literal, literalLength, out, at, limit);
      literal += literalLength;
      at = copyMatch(offset(offsetValue, literalLength), matchLength, out, at, limit);
    }
    if (in.left() != 0) {
      throw new MalformedZstd("sequences that do not fill their stream");
    }
    return copyLiterals(literal, literalCount - literal, out, at, limit);
  }

  /** The three smallest values stand for offsets that were used before. */
  private int offset(long value, int literalLength) throws MalformedZstd {
    if (value > 3) {
      recent[2] = recent[1];
      recent[1] = recent[0];
      recent[0] = (int) Math.min(value - 3, Integer.MAX_VALUE);
      return recent[0];
    }
    int index = (int) value - 1 + (literalLength == 0 ? 1 : 0);
    int offset = index == 3 ? recent[0] - 1 : recent[index];
    if (index > 1) {
      recent[2] = recent[1];
    }
    if (index > 0) {
      recent[1] = recent[0];
    }
    recent[0] = offset;
    return offset;
  }

  private int copyLiterals(int literal, int count, byte[] out, int at, int limit)
      throws MalformedZstd {
    if (count < 0 || literal + count > literalCount || at + count > limit) {
      throw new MalformedZstd("more literals than there are");
    }
    System.arraycopy(literals, literal, out, at, count);
    return at + count;
  }

  private static int copyMatch(int offset, int length, byte[] out, int at, int limit)
      throws MalformedZstd {
    if (offset <= 0 || offset > at || at + length > limit) {
      throw new MalformedZstd("a match outside of what was decoded");
    }
    if (offset >= length) {
      System.arraycopy(out, at - offset, out, at, length);
    } else {
      for (int i = at; i < at + length; i++) {
        out[i] = out[i - offset];
      }
    }
    return at + length;
  }
}
