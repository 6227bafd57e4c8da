package io.kairos.images;

import io.kairos.formats.json.Json;
import io.kairos.formats.tar.Octets;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarReader;
import io.kairos.formats.zstd.ZstdEncoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Future;

/**
 * Compresses an archive that is written to it into the format zstd:chunked (containers/storage,
 * pkg/chunked): zstd for everybody, with a frame for each file, and behind them, in frames that
 * decompressors skip, a table of contents, the archive without its files, and a footer. So a node
 * can fetch single files from any registry. Closing ends the layer and the stream beneath; then
 * {@link #annotations} are known. Not for concurrent use; works on all cores.
 */
final class ChunkedLayer extends OutputStream {
  private static final int BLOCK = 512;
  private static final int SKIPPABLE = 0x184D2A50;
  private static final int SKIPPABLE_HEADER = 8;
  private static final byte[] FOOTER_MAGIC = "GNUlInUx".getBytes(StandardCharsets.US_ASCII);

  /** Larger files are not held in memory, but compressed as they come. */
  private static final int LARGE = 8 << 20;

  private enum Place {
    HEADER,
    EXTENSION,
    CONTENT,
    PADDING,
    TRAILER
  }

  private final OutputStream out;
  private final ZstdEncoder encoder;
  private final int ahead = Runtime.getRuntime().availableProcessors() * 12;
  private final Compressors workers = new Compressors("zstd-");
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final ByteArrayOutputStream split = new ByteArrayOutputStream();
  private final OutputStream splitLines;
  private final List<Map<String, Object>> toc = new ArrayList<>();
  private final Map<String, String> annotations = new TreeMap<>();

  private final byte[] block = new byte[BLOCK];
  private final ByteArrayOutputStream between = new ByteArrayOutputStream();
  private final ByteArrayOutputStream segment = new ByteArrayOutputStream();
  private final ByteArrayOutputStream headers = new ByteArrayOutputStream();
  private final ByteArrayOutputStream global = new ByteArrayOutputStream();
  private Place place = Place.HEADER;
  private int filled;
  private long left;
  private boolean isGlobal;
  private TarEntry member = TarEntry.directory("", 0755);
  private Optional<Content> content = Optional.empty();
  private int position;
  private long written;
  private long splitSize;
  private boolean closed;

  ChunkedLayer(OutputStream out, ZstdEncoder encoder) throws IOException {
    this.out = out;
    this.encoder = encoder;
    this.splitLines = encoder.stream(split);
  }

  /** What will be written when all before it has been. */
  private sealed interface Pending {
    /** Headers and padding. */
    record Between(Future<byte[]> frame) implements Pending {}

    /**
     * A file.
     *
     * @param entry that wants to know where it ends up
     */
    record File(Future<CompressedFile> file, Map<String, Object> entry) implements Pending {}

    /** A line of the archive without its files. */
    record Line(String text) implements Pending {}
  }

  /**
   * What a worker made of a file.
   *
   * @param line of the archive without its files
   */
  private record CompressedFile(Octets frame, Digest digest, String line) {}

  // ---- the archive, piece by piece

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int from, int length) throws IOException {
    int at = from;
    int end = from + length;
    while (at < end) {
      int count;
      switch (place) {
        case HEADER -> {
          count = Math.min(end - at, BLOCK - filled);
          System.arraycopy(octets, at, block, filled, count);
          filled += count;
          if (filled == BLOCK) {
            filled = 0;
            header();
          }
        }
        case TRAILER -> {
          count = end - at;
          raw(octets, at, count);
        }
        default -> {
          count = (int) Math.min(end - at, left);
          piece(octets, at, count);
        }
      }
      at += count;
    }
  }

  private void raw(byte[] octets, int from, int count) {
    between.write(octets, from, count);
    segment.write(octets, from, count);
  }

  private void piece(byte[] octets, int from, int count) throws IOException {
    left -= count;
    if (place == Place.CONTENT) {
      content.orElseThrow().write(octets, from, count);
      if (left == 0) {
        finishContent();
      }
      return;
    }
    raw(octets, from, count);
    if (place == Place.EXTENSION) {
      headers.write(octets, from, count);
      if (isGlobal) {
        global.write(octets, from, count);
      }
    }
    if (left == 0) {
      place = Place.HEADER;
    }
  }

  private void header() throws IOException {
    raw(block, 0, BLOCK);
    if (headers.size() == 0 && isZero(block)) {
      place = Place.TRAILER;
      return;
    }
    headers.write(block, 0, BLOCK);
    char type = (char) block[156];
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
      isGlobal = type == 'g';
      if (isGlobal) {
        global.write(block, 0, BLOCK);
      }
      go(Place.EXTENSION, padded(octal(124, 12)));
      return;
    }
    var whole = new ByteArrayOutputStream();
    global.writeTo(whole);
    headers.writeTo(whole);
    headers.reset();
    member =
        new TarReader(new ByteArrayInputStream(whole.toByteArray()))
            .next()
            .orElseThrow(() -> new IOException("an archive without a member"));
    line(TarSplit.segment(segment.toByteArray(), position++));
    segment.reset();
    Map<String, Object> entry = entry(member);
    toc.add(entry);
    if (member.size() == 0) {
      line(TarSplit.file(name(member), 0, Optional.empty(), position++));
      place = Place.HEADER;
      return;
    }
    finishBetween();
    content =
        Optional.of(member.size() > LARGE ? new LargeContent(entry) : new SmallContent(entry));
    go(Place.CONTENT, member.size());
  }

  private void go(Place next, long octets) {
    left = octets;
    place = octets == 0 ? Place.HEADER : next;
  }

  private static long padded(long size) {
    return size + (-size & (BLOCK - 1));
  }

  private long octal(int from, int length) throws IOException {
    String digits = new String(block, from, length, StandardCharsets.ISO_8859_1);
    try {
      return Long.parseLong(digits.replace("\0", "").strip(), 8);
    } catch (NumberFormatException e) {
      throw new IOException("an extended header of the size '" + digits + "'", e);
    }
  }

  private static boolean isZero(byte[] octets) {
    for (byte octet : octets) {
      if (octet != 0) {
        return false;
      }
    }
    return true;
  }

  private void finishContent() throws IOException {
    content.orElseThrow().finish();
    content = Optional.empty();
    go(Place.PADDING, -member.size() & (BLOCK - 1));
  }

  /** Headers and padding become a frame of their own. */
  private void finishBetween() throws IOException {
    if (between.size() == 0) {
      return;
    }
    byte[] octets = between.toByteArray();
    between.reset();
    submit(new Pending.Between(workers.submit(() -> encoder.frame(octets))));
  }

  // ---- contents

  /** The file that is being written. */
  private interface Content {
    void write(byte[] octets, int from, int count) throws IOException;

    void finish() throws IOException;
  }

  /** Held, then compressed by a worker. */
  private final class SmallContent implements Content {
    private final Map<String, Object> entry;
    private final byte[] held = new byte[(int) member.size()];
    private int length;

    SmallContent(Map<String, Object> entry) {
      this.entry = entry;
    }

    @Override
    public void write(byte[] octets, int from, int count) {
      System.arraycopy(octets, from, held, length, count);
      length += count;
    }

    @Override
    public void finish() throws IOException {
      String name = name(member);
      int at = position++;
      Future<CompressedFile> file =
          workers.submit(
              () -> {
                var crc = new Crc64();
                crc.update(held, 0, held.length);
                return new CompressedFile(
                    Octets.of(encoder.frame(held)),
                    Digest.sha256(held),
                    TarSplit.file(name, held.length, Optional.of(crc.value()), at));
              });
      submit(new Pending.File(file, entry));
    }
  }

  /** Compressed as it comes, after all that came before. */
  private final class LargeContent implements Content {
    private final Map<String, Object> entry;
    private final MessageDigest hash = Digest.newHash("sha256");
    private final Crc64 crc = new Crc64();
    private final OutputStream frame;
    private final long from;

    LargeContent(Map<String, Object> entry) throws IOException {
      this.entry = entry;
      drain(0);
      from = written;
      frame = encoder.stream(new Counting());
    }

    @Override
    public void write(byte[] octets, int at, int count) throws IOException {
      hash.update(octets, at, count);
      crc.update(octets, at, count);
      frame.write(octets, at, count);
    }

    @Override
    public void finish() throws IOException {
      frame.close();
      line(TarSplit.file(name(member), member.size(), Optional.of(crc.value()), position++));
      place(entry, Digest.ofHash("sha256", hash.digest()), from);
    }
  }

  private final class Counting extends OutputStream {
    @Override
    public void write(int octet) throws IOException {
      out.write(octet);
      written++;
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
      out.write(octets, from, count);
      written += count;
    }
  }

  // ---- what the layer says about itself

  private void place(Map<String, Object> entry, Digest digest, long from) {
    entry.put("digest", digest.toString());
    entry.put("offset", from);
    entry.put("endOffset", written);
  }

  /** Go's readers keep the slash that directories end with, and compare it. */
  private static String name(TarEntry entry) {
    boolean needsSlash = entry.kind() == TarEntry.Kind.DIRECTORY && !entry.name().endsWith("/");
    return needsSlash ? entry.name() + "/" : entry.name();
  }

  private static Map<String, Object> entry(TarEntry member) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put(
        "type",
        switch (member.kind()) {
          case FILE -> "reg";
          case DIRECTORY -> "dir";
          case SYMLINK -> "symlink";
          case HARD_LINK -> "hardlink";
          case CHARACTER_DEVICE -> "char";
          case BLOCK_DEVICE -> "block";
          case FIFO -> "fifo";
        });
    entry.put("name", name(member));
    if (!member.linkTarget().isEmpty()) {
      entry.put("linkName", member.linkTarget());
    }
    number(entry, "mode", member.mode());
    number(entry, "size", member.size());
    number(entry, "uid", member.uid());
    number(entry, "gid", member.gid());
    entry.put("modtime", member.modified().toString());
    number(entry, "devMajor", member.major());
    number(entry, "devMinor", member.minor());
    if (!member.attributes().isEmpty()) {
      Map<String, Object> attributes = new LinkedHashMap<>();
      member
          .attributes()
          .forEach(
              (name, value) ->
                  attributes.put(name, Base64.getEncoder().encodeToString(value.toArray())));
      entry.put("xattrs", attributes);
    }
    return entry;
  }

  private static void number(Map<String, Object> entry, String name, long value) {
    if (value != 0) {
      entry.put(name, value);
    }
  }

  /** Annotations of the descriptor, after the end. */
  Map<String, String> annotations() {
    return annotations;
  }

  // ---- output

  private void line(String text) throws IOException {
    submit(new Pending.Line(text));
  }

  private void submit(Pending next) throws IOException {
    pending.add(next);
    drain(ahead);
  }

  private void drain(int until) throws IOException {
    while (pending.size() > until) {
      switch (pending.remove()) {
        case Pending.Line(var text) -> writeLine(text);
        case Pending.Between(var frame) -> emit(Compressors.result(frame));
        case Pending.File(var file, var entry) -> {
          CompressedFile compressed = Compressors.result(file);
          long from = written;
          emit(compressed.frame().toArray());
          place(entry, compressed.digest(), from);
          writeLine(compressed.line());
        }
      }
    }
  }

  private void writeLine(String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    splitLines.write(octets);
    splitSize += octets.length;
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
    try (workers;
        out) {
      finishBetween();
      line(TarSplit.segment(segment.toByteArray(), position++));
      drain(0);
      splitLines.close();
      finish();
    }
  }

  /** Table of contents, archive without files, footer, each as a frame that is skipped. */
  private void finish() throws IOException {
    byte[] splitFrame = split.toByteArray();
    Map<String, Object> contents = new LinkedHashMap<>();
    contents.put("version", 1);
    contents.put("entries", toc);
    contents.put("tarSplitDigest", Digest.sha256(splitFrame).toString());
    byte[] json = Json.write(contents).getBytes(StandardCharsets.UTF_8);
    byte[] tocFrame = encoder.frame(json);
    long tocAt = written + SKIPPABLE_HEADER;
    emitSkippable(tocFrame);
    long splitAt = written + SKIPPABLE_HEADER;
    emitSkippable(splitFrame);
    emitSkippable(
        ByteBuffer.allocate(64)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(tocAt)
            .putLong(tocFrame.length)
            .putLong(json.length)
            .putLong(ChunkedLayout.TYPE)
            .putLong(splitAt)
            .putLong(splitFrame.length)
            .putLong(splitSize)
            .put(FOOTER_MAGIC)
            .array());
    annotations.put(ChunkedLayout.CHECKSUM, Digest.sha256(tocFrame).toString());
    annotations.put(
        ChunkedLayout.POSITION,
        tocAt + ":" + tocFrame.length + ":" + json.length + ":" + ChunkedLayout.TYPE);
    annotations.put(
        ChunkedLayout.SPLIT_POSITION, splitAt + ":" + splitFrame.length + ":" + splitSize);
  }

  private void emit(byte[] octets) throws IOException {
    out.write(octets);
    written += octets.length;
  }

  private void emitSkippable(byte[] octets) throws IOException {
    emit(
        ByteBuffer.allocate(SKIPPABLE_HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(SKIPPABLE)
            .putInt(octets.length)
            .array());
    emit(octets);
  }
}
