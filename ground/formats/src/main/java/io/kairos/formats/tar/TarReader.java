package io.kairos.formats.tar;

import io.kairos.formats.tar.TarEntry.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads an archive from its start to its end marker, one member after the other. Nothing is taken
 * on trust: checksums, numbers and lengths are checked, and an archive without its end marker is
 * {@link MalformedTar}. Not for concurrent use.
 */
public final class TarReader {
  static final int BLOCK = 512;
  static final String ATTRIBUTE_PREFIX = "SCHILY.xattr.";

  /** Room for a few attributes of 64 KiB (xattr(7)) and the longest path. */
  private static final int MAX_EXTENSION = 4 << 20;

  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

  private final InputStream in;
  private final byte[] header = new byte[BLOCK];
  private final Map<String, Octets> global = new LinkedHashMap<>();
  private long offset;
  private long remaining;
  private int padding;

  /**
   * @param in plain archive; reading is in blocks of 512, so it should be buffered
   */
  public TarReader(InputStream in) {
    this.in = in;
  }

  /** The next member, after what was left unread of the one before; nothing at the end marker. */
  public Optional<TarEntry> next() throws IOException {
    finishContent();
    Map<String, Octets> extended = new LinkedHashMap<>(global);
    Optional<String> longName = Optional.empty();
    Optional<String> longTarget = Optional.empty();
    while (true) {
      if (!readHeader()) {
        return Optional.empty();
      }
      char type = (char) (header[156] & 0xff);
      switch (type) {
        case 'x' -> extended.putAll(records(extension()));
        case 'g' -> {
          global.putAll(records(extension()));
          extended.putAll(global);
        }
        case 'L' -> longName = Optional.of(text(upToNul(extension())));
        case 'K' -> longTarget = Optional.of(text(upToNul(extension())));
        default -> {
          return Optional.of(entry(type, extended, longName, longTarget));
        }
      }
    }
  }

  /** Content of the member that {@link #next} returned last; valid until the next call of it. */
  public InputStream content() {
    return new Content();
  }

  private TarEntry entry(
      char type, Map<String, Octets> extended, Optional<String> longName, Optional<String> target)
      throws IOException {
    for (String key : extended.keySet()) {
      if (key.startsWith("GNU.sparse.")) {
        throw malformed("sparse members are not supported; pack without --sparse");
      }
    }
    String name =
        pax(extended, "path").isPresent()
            ? text(extended.get("path").toArray())
            : longName.isPresent() ? longName.get() : headerName();
    Kind kind =
        switch (type) {
          case '0', '\0', '7' -> name.endsWith("/") ? Kind.DIRECTORY : Kind.FILE;
          case '1' -> Kind.HARD_LINK;
          case '2' -> Kind.SYMLINK;
          case '3' -> Kind.CHARACTER_DEVICE;
          case '4' -> Kind.BLOCK_DEVICE;
          case '5' -> Kind.DIRECTORY;
          case '6' -> Kind.FIFO;
          default -> throw malformed("member " + name + " has the unknown type '" + type + "'");
        };
    String link = "";
    if (kind == Kind.SYMLINK || kind == Kind.HARD_LINK) {
      link =
          pax(extended, "linkpath").isPresent()
              ? text(extended.get("linkpath").toArray())
              : target.isPresent() ? target.get() : text(field(157, 100));
    }
    // Only files have content; other kinds may carry a size that means nothing.
    long size = kind == Kind.FILE ? paxNumber(extended, "size", number(124, 12)) : 0;
    if (size < 0) {
      throw malformed("member " + name + " has the negative size " + size);
    }
    long uid = paxNumber(extended, "uid", number(108, 8));
    long gid = paxNumber(extended, "gid", number(116, 8));
    boolean device = kind.isDevice();
    var entry =
        new TarEntry(
            withoutTrailingSlash(name),
            kind,
            (int) number(100, 8) & 07777,
            uid,
            gid,
            modified(extended),
            size,
            link,
            device ? (int) number(329, 8) : 0,
            device ? (int) number(337, 8) : 0,
            attributes(extended));
    remaining = size;
    padding = (int) (-size & (BLOCK - 1));
    return entry;
  }

  private static String withoutTrailingSlash(String name) {
    int end = name.length();
    while (end > 1 && name.charAt(end - 1) == '/') {
      end--;
    }
    return name.substring(0, end);
  }

  private String headerName() throws IOException {
    String name = text(field(0, 100));
    // The prefix field exists in ustar alone; GNU keeps other things there.
    boolean ustar = "ustar\0".equals(new String(header, 257, 6, StandardCharsets.ISO_8859_1));
    String prefix = ustar ? text(field(345, 155)) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private Instant modified(Map<String, Octets> extended) throws IOException {
    Optional<String> exact = pax(extended, "mtime");
    try {
      if (exact.isEmpty()) {
        return Instant.ofEpochSecond(number(136, 12));
      }
      var seconds = new BigDecimal(exact.get());
      var whole = seconds.setScale(0, RoundingMode.FLOOR);
      return Instant.ofEpochSecond(
          whole.longValueExact(), seconds.subtract(whole).multiply(NANOS).longValue());
    } catch (ArithmeticException | NumberFormatException | DateTimeException e) {
      throw malformed("impossible time " + exact.orElse("in a header"));
    }
  }

  private static SortedMap<String, Octets> attributes(Map<String, Octets> extended) {
    SortedMap<String, Octets> found = null;
    for (var record : extended.entrySet()) {
      if (record.getKey().startsWith(ATTRIBUTE_PREFIX)) {
        found = found == null ? new TreeMap<>() : found;
        found.put(record.getKey().substring(ATTRIBUTE_PREFIX.length()), record.getValue());
      }
    }
    return found == null ? Collections.emptySortedMap() : found;
  }

  /** False at the end marker. */
  private boolean readHeader() throws IOException {
    if (!readBlock()) {
      throw malformed("the archive ends without its end marker: it is truncated");
    }
    if (!isZero()) {
      verifyChecksum();
      return true;
    }
    // One zero block ends an archive for everyone; the second is custom.
    return false;
  }

  private void verifyChecksum() throws IOException {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte b = i >= 148 && i < 156 ? (byte) ' ' : header[i];
      unsigned += b & 0xff;
      signed += b; // some old writers summed signed characters
    }
    String expected = new String(field(148, 8), StandardCharsets.ISO_8859_1).strip();
    if (!expected.matches("[0-7]+")
        || (Long.parseLong(expected, 8) != unsigned && Long.parseLong(expected, 8) != signed)) {
      throw malformed("header with a wrong checksum: damaged, or no tar archive");
    }
  }

  private boolean isZero() {
    for (byte b : header) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Content of a header that only extends the next one. */
  private byte[] extension() throws IOException {
    long size = number(124, 12);
    if (size < 0 || size > MAX_EXTENSION) {
      throw malformed("extended header of " + size + " octets");
    }
    byte[] content = readFully((int) size);
    readFully((int) (-size & (BLOCK - 1)));
    return content;
  }

  private byte[] readFully(int count) throws IOException {
    byte[] content = in.readNBytes(count);
    offset += content.length;
    if (content.length < count) {
      throw malformed("the archive ends inside a member: it is truncated");
    }
    return content;
  }

  /** Records of a pax header: {@code <length> <key>=<value>\n} each. */
  private Map<String, Octets> records(byte[] content) throws IOException {
    var found = new LinkedHashMap<String, Octets>();
    int at = 0;
    while (at < content.length && content[at] != 0) {
      int space = indexOf(content, ' ', at, Math.min(content.length, at + 9));
      int length =
          space < 0
              ? -1
              : (int) decimal(new String(content, at, space - at, StandardCharsets.US_ASCII));
      int equals = space < 0 ? -1 : indexOf(content, '=', space + 1, content.length);
      int end = at + length;
      if (length <= 0
          || end > content.length
          || equals < 0
          || equals >= end
          || content[end - 1] != '\n') {
        throw malformed("broken record in an extended header");
      }
      String key = text(Arrays.copyOfRange(content, space + 1, equals));
      found.put(key, Octets.of(Arrays.copyOfRange(content, equals + 1, end - 1)));
      at = end;
    }
    return found;
  }

  private static int indexOf(byte[] content, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (content[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private Optional<String> pax(Map<String, Octets> extended, String key) throws IOException {
    Octets value = extended.get(key);
    // An empty value takes back what a global header said (pax, POSIX.1-2017).
    String text = value == null ? "" : text(value.toArray());
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private long paxNumber(Map<String, Octets> extended, String key, long otherwise)
      throws IOException {
    Optional<String> value = pax(extended, key);
    return value.isEmpty() ? otherwise : decimal(value.get());
  }

  private long decimal(String digits) throws IOException {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw malformed("expected a number, found '" + digits + "'");
    }
  }

  /** Octal digits, or base 256 when the first bit is set. */
  private long number(int from, int length) throws IOException {
    if ((header[from] & 0x80) != 0) {
      long value = (header[from] & 0x40) != 0 ? -1 : 0;
      for (int i = 0; i < length; i++) {
        int octet =
            i == 0 ? (header[from] & 0x3f) | (value < 0 ? 0xc0 : 0) : header[from + i] & 0xff;
        if (i < length - 8 && octet != (value < 0 ? 0xff : 0)) {
          throw malformed("number beyond 64 bits in a header");
        }
        value = (value << 8) | octet;
      }
      return value;
    }
    String digits = new String(field(from, length), StandardCharsets.ISO_8859_1).strip();
    if (digits.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw malformed("expected octal digits in a header, found '" + digits + "'");
    }
  }

  private byte[] field(int from, int length) {
    int end = from;
    while (end < from + length && header[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(header, from, end);
  }

  private static byte[] upToNul(byte[] content) {
    int end = indexOf(content, '\0', 0, content.length);
    return end < 0 ? content : Arrays.copyOf(content, end);
  }

  private String text(byte[] utf8) throws IOException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      if (text.indexOf('\0') >= 0) {
        throw malformed("a name contains NUL");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw malformed(
          "a name is not UTF-8: " + new String(utf8, StandardCharsets.ISO_8859_1).strip());
    }
  }

  private boolean readBlock() throws IOException {
    int count = in.readNBytes(header, 0, BLOCK);
    offset += count;
    if (count != 0 && count != BLOCK) {
      throw malformed("the archive ends inside a header: it is truncated");
    }
    return count == BLOCK;
  }

  private void finishContent() throws IOException {
    long left = remaining + padding;
    remaining = 0;
    padding = 0;
    try {
      in.skipNBytes(left);
    } catch (EOFException e) {
      throw malformed("the archive ends inside a member: it is truncated");
    }
    offset += left;
  }

  private MalformedTar malformed(String what) {
    return new MalformedTar(offset, what);
  }

  /** What is left of the current member. */
  private final class Content extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      if (remaining == 0) {
        return length == 0 ? 0 : -1;
      }
      int count = in.read(buffer, from, (int) Math.min(length, remaining));
      if (count < 0) {
        throw malformed("the archive ends inside a member: it is truncated");
      }
      offset += count;
      remaining -= count;
      return count;
    }
  }
}
