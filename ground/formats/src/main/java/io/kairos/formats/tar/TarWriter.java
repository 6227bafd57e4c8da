package io.kairos.formats.tar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a pax archive whose octets depend on nothing but the members: numeric owners, whole
 * seconds, extended headers only where ustar has no room. Not for concurrent use; closing writes
 * the end marker and leaves the stream beneath open.
 */
public final class TarWriter implements AutoCloseable {
  private static final int BLOCK = TarReader.BLOCK;
  private static final int NAME_FIELD = 100;
  private static final int PREFIX_FIELD = 155;
  private static final long MAX_7_DIGITS = 07777777L;
  private static final long MAX_11_DIGITS = 077777777777L;

  private final OutputStream out;
  private final byte[] buffer = new byte[1 << 16];

  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Adds a member without content. */
  public void add(TarEntry entry) throws IOException {
    add(entry, InputStream.nullInputStream());
  }

  /**
   * Adds a member with its content.
   *
   * @throws IOException also when the content is shorter or longer than the member's size
   */
  public void add(TarEntry entry, InputStream content) throws IOException {
    writeHeaders(entry);
    long left = entry.size();
    while (left > 0) {
      int count = content.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new IOException(entry.name() + " became shorter while it was being packed");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
    if (content.read() >= 0) {
      throw new IOException(entry.name() + " became longer while it was being packed");
    }
    pad(entry.size());
  }

  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }

  private void writeHeaders(TarEntry entry) throws IOException {
    String name = entry.kind() == TarEntry.Kind.DIRECTORY ? entry.name() + "/" : entry.name();
    SortedMap<String, byte[]> extended = new TreeMap<>();
    byte[] nameOctets = utf8(name);
    int split = split(nameOctets);
    if (split < 0 || !isAscii(nameOctets)) {
      extended.put("path", nameOctets);
    }
    byte[] target = utf8(entry.linkTarget());
    if (target.length > NAME_FIELD || !isAscii(target)) {
      extended.put("linkpath", target);
    }
    long seconds = entry.modified().getEpochSecond();
    putNumber(extended, "size", entry.size(), MAX_11_DIGITS);
    putNumber(extended, "uid", entry.uid(), MAX_7_DIGITS);
    putNumber(extended, "gid", entry.gid(), MAX_7_DIGITS);
    putNumber(extended, "mtime", seconds, MAX_11_DIGITS);
    entry
        .attributes()
        .forEach((key, value) -> extended.put(TarReader.ATTRIBUTE_PREFIX + key, value.toArray()));
    if (!extended.isEmpty()) {
      byte[] records = records(extended);
      out.write(header('x', utf8("PaxHeaders/" + safeName(entry.name())), 0, 0644, records.length));
      out.write(records);
      pad(records.length);
    }
    boolean named = !extended.containsKey("path");
    byte[] header =
        header(
            typeOf(entry.kind()),
            named ? nameOctets : utf8(safeName(entry.name())),
            named ? split : 0,
            entry.mode(),
            fitting(entry.size(), MAX_11_DIGITS));
    octal(header, 108, 7, fitting(entry.uid(), MAX_7_DIGITS));
    octal(header, 116, 7, fitting(entry.gid(), MAX_7_DIGITS));
    octal(header, 136, 11, fitting(seconds, MAX_11_DIGITS));
    if (!extended.containsKey("linkpath")) {
      System.arraycopy(target, 0, header, 157, target.length);
    }
    if (entry.kind().isDevice()) {
      octal(header, 329, 7, entry.major());
      octal(header, 337, 7, entry.minor());
    }
    checksum(header);
    out.write(header);
  }

  private static byte[] header(char type, byte[] name, int split, int mode, long size) {
    byte[] header = new byte[BLOCK];
    int from = split == 0 ? 0 : split + 1;
    System.arraycopy(name, from, header, 0, name.length - from);
    System.arraycopy(name, 0, header, 345, split);
    octal(header, 100, 7, mode);
    octal(header, 108, 7, 0);
    octal(header, 116, 7, 0);
    octal(header, 124, 11, size);
    octal(header, 136, 11, 0);
    header[156] = (byte) type;
    System.arraycopy(utf8("ustar\00000"), 0, header, 257, 8);
    octal(header, 329, 7, 0);
    octal(header, 337, 7, 0);
    checksum(header);
    return header;
  }

  private static char typeOf(TarEntry.Kind kind) {
    return switch (kind) {
      case FILE -> '0';
      case HARD_LINK -> '1';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
    };
  }

  /**
   * Where ustar cuts a name into prefix and name.
   *
   * @return index of the slash; zero when the name fits as it is; negative when there is no way
   */
  private static int split(byte[] name) {
    if (name.length <= NAME_FIELD) {
      return 0;
    }
    for (int slash = Math.min(PREFIX_FIELD, name.length - 2); slash > 0; slash--) {
      if (name[slash] == '/') {
        return name.length - slash - 1 <= NAME_FIELD ? slash : -1;
      }
    }
    return -1;
  }

  /** For readers that know no pax headers: the last octets of the name, in ASCII. */
  private static String safeName(String name) {
    String ascii = name.replaceAll("[^\\x21-\\x7e]", "_");
    return ascii.substring(Math.max(0, ascii.length() - 80));
  }

  private static byte[] records(SortedMap<String, byte[]> extended) {
    var all = new ByteArrayOutputStream();
    extended.forEach(
        (key, value) -> {
          // The length counts its own digits.
          int rest = utf8(key).length + value.length + 3;
          int length = rest + String.valueOf(rest).length();
          length = rest + String.valueOf(length).length();
          all.writeBytes(utf8(length + " " + key + "="));
          all.writeBytes(value);
          all.write('\n');
        });
    return all.toByteArray();
  }

  private static void putNumber(
      SortedMap<String, byte[]> extended, String key, long value, long max) {
    if (value < 0 || value > max) {
      extended.put(key, utf8(Long.toString(value)));
    }
  }

  private static long fitting(long value, long max) {
    return value < 0 || value > max ? 0 : value;
  }

  private static void octal(byte[] header, int from, int digits, long value) {
    for (int i = from + digits - 1; i >= from; i--) {
      header[i] = (byte) ('0' + (value & 7));
      value >>>= 3;
    }
    header[from + digits] = 0;
  }

  private static void checksum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    long sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 6, sum);
    header[155] = ' ';
  }

  private static boolean isAscii(byte[] octets) {
    for (byte b : octets) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private void pad(long size) throws IOException {
    out.write(new byte[(int) (-size & (BLOCK - 1))]);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
