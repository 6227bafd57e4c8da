package io.kairos.images;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of an answer to a request for ranges: one, or several as multipart/byteranges (RFC
 * 9110, 14.6). Parts come in any order, and a server may join those that lie close together.
 */
final class PartsReader {
  private static final int MAX_LINE = 8 << 10;
  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=(?:\"([^\"]+)\"|([^\\s;]+))", Pattern.CASE_INSENSITIVE);

  private final InputStream in;
  private final Optional<String> boundary;
  private Optional<ContentRange> single;

  PartsReader(HttpAnswer answer) throws IOException {
    this.in = new BufferedInputStream(answer.body(), 1 << 16);
    String type = answer.header("Content-Type").orElse("");
    if (type.toLowerCase(Locale.ROOT).startsWith("multipart/byteranges")) {
      Matcher matcher = BOUNDARY.matcher(type);
      if (!matcher.find()) {
        throw new IOException("an answer in parts does not say what separates them");
      }
      boundary = Optional.of("--" + Optional.ofNullable(matcher.group(1)).orElse(matcher.group(2)));
      single = Optional.empty();
    } else {
      boundary = Optional.empty();
      single = answer.header("Content-Range").flatMap(ContentRange::parse);
      if (single.isEmpty()) {
        throw new IOException("an answer does not say which part it is");
      }
    }
  }

  /** The next part, whose octets are then read from {@link #body}; nothing after the last. */
  Optional<ContentRange> next() throws IOException {
    if (boundary.isEmpty()) {
      Optional<ContentRange> only = single;
      single = Optional.empty();
      return only;
    }
    String line = line();
    while (line.isEmpty()) {
      line = line();
    }
    if (line.equals(boundary.get() + "--")) {
      return Optional.empty();
    }
    if (!line.equals(boundary.get())) {
      throw new IOException("an answer in parts is not separated as it says");
    }
    Optional<ContentRange> range = Optional.empty();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      if (colon > 0 && header.substring(0, colon).equalsIgnoreCase("Content-Range")) {
        range = ContentRange.parse(header.substring(colon + 1));
      }
    }
    if (range.isEmpty()) {
      throw new IOException("a part of an answer does not say which it is");
    }
    return range;
  }

  /** What follows; the caller reads as many octets as the part has. */
  InputStream body() {
    return in;
  }

  private String line() throws IOException {
    var text = new StringBuilder();
    byte[] one = new byte[1];
    while (text.length() < MAX_LINE) {
      if (in.read(one, 0, 1) < 0) {
        throw new EOFException("the connection ended early");
      }
      if (one[0] == '\n') {
        return text.toString();
      }
      if (one[0] != '\r') {
        text.append(new String(one, StandardCharsets.ISO_8859_1));
      }
    }
    throw new IOException("an endless line in an answer in parts");
  }
}
