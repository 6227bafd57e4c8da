package io.kairos.agent.webui.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one request (RFC 9112) of limited size. Bodies need a {@code Content-Length}; what other
 * clients send in chunks is asked for in one piece (411).
 */
final class RequestParser {
  /** Of the request line and all headers together. */
  static final int LARGEST_HEAD = 16 << 10;

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  private final InputStream in;
  private final OutputStream out;
  private final int largestBody;
  private int headLeft = LARGEST_HEAD;

  /**
   * @param in buffered
   * @param out where clients that wait before a large body are told to go on
   */
  RequestParser(InputStream in, OutputStream out, int largestBody) {
    this.in = in;
    this.out = out;
    this.largestBody = largestBody;
  }

  /** Empty when the client said nothing at all. */
  Optional<HttpRequest> parse(InetAddress peer) throws IOException, Rejected {
    String line;
    try {
      line = line();
    } catch (EOFException nothing) {
      return Optional.empty();
    }
    String[] words = line.split(" ");
    if (words.length != 3 || !words[0].matches(TOKEN) || !words[1].startsWith("/")) {
      throw new Rejected(400, "this is no HTTP request");
    }
    if (!words[2].matches("HTTP/1\\.[01]")) {
      throw new Rejected(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    Map<String, String> headers = headers();
    if (words[2].endsWith("1.1") && !headers.containsKey("host")) {
      throw new Rejected(400, "a request needs a Host");
    }
    String[] target = words[1].split("\\?", 2);
    try {
      return Optional.of(
          new HttpRequest(
              words[0],
              URLDecoder.decode(target[0].replace("+", "%2B"), StandardCharsets.UTF_8),
              target.length == 2 ? FormFields.parse(target[1]) : Map.of(),
              headers,
              new String(body(headers), StandardCharsets.UTF_8),
              peer));
    } catch (IllegalArgumentException e) {
      throw new Rejected(400, "the address of the request is not encoded well");
    }
  }

  private Map<String, String> headers() throws IOException, Rejected {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1 || !line.substring(0, colon).matches(TOKEN)) {
        throw new Rejected(400, "a header line is malformed");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      if (headers.containsKey(name) && (name.equals("host") || name.equals("content-length"))) {
        throw new Rejected(400, name + " is given twice");
      }
      headers.merge(name, line.substring(colon + 1).strip(), (one, two) -> one + ", " + two);
    }
    return headers;
  }

  private byte[] body(Map<String, String> headers) throws IOException, Rejected {
    if (headers.containsKey("transfer-encoding")) {
      throw new Rejected(411, "send the body in one piece, with its Content-Length");
    }
    String length = headers.getOrDefault("content-length", "0");
    if (!length.matches("[0-9]{1,18}")) {
      throw new Rejected(400, "Content-Length is no number");
    }
    if (Long.parseLong(length) > largestBody) {
      throw new Rejected(413, "at most " + largestBody + " bytes are read");
    }
    if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    byte[] body = in.readNBytes(Integer.parseInt(length));
    if (body.length < Integer.parseInt(length)) {
      throw new EOFException("the request ended in its body");
    }
    return body;
  }

  /** Without its end. Latin-1: what is more is percent-encoded or none of our business. */
  private String line() throws IOException, Rejected {
    var line = new StringBuilder();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new EOFException("the request ended in its head");
      }
      if (--headLeft < 0) {
        throw new Rejected(431, "at most " + LARGEST_HEAD + " bytes of headers are read");
      }
      line.append((char) octet);
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }
}
