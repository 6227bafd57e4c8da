package io.kairos.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The head of a request to an API server (RFC 9112).
 *
 * @param method {@code GET}
 * @param target path and query, for example {@code /api/v1/nodes?watch=true}
 * @param headers lines without their ends, in the order of the request
 */
public record ApiRequest(String method, String target, List<String> headers) {
  private static final int MAX_HEAD = 64 * 1024;

  public ApiRequest {
    headers = List.copyOf(headers);
  }

  /**
   * Reads a head and not one octet of what follows.
   *
   * @return empty when the stream ends before it begins
   * @throws IOException when it is no head of HTTP/1.1, or ends within
   */
  static Optional<ApiRequest> read(InputStream in) throws IOException {
    var text = new StringBuilder();
    while (text.length() < 4 || !text.substring(text.length() - 4).equals("\r\n\r\n")) {
      int octet = in.read();
      if (octet < 0 && text.isEmpty()) {
        return Optional.empty();
      }
      if (octet < 0 || text.length() > MAX_HEAD) {
        throw new IOException("no whole head of a request: " + text);
      }
      text.append((char) octet);
    }
    List<String> lines = new ArrayList<>(text.toString().lines().toList());
    lines.removeLast();
    String[] first = lines.removeFirst().split(" ");
    if (first.length != 3 || !first[2].equals("HTTP/1.1")) {
      throw new IOException("no request of HTTP/1.1: " + text.toString().lines().findFirst());
    }
    return Optional.of(new ApiRequest(first[0], first[1], lines));
  }

  /** Without the query. */
  public String path() {
    return target.split("\\?")[0];
  }

  /** Whether the answer goes on until somebody ends it. */
  public boolean isWatch() {
    return target.matches(".*[?&]watch=(true|1)(&.*)?");
  }

  /** The value of a header. */
  public Optional<String> header(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return headers.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .findFirst();
  }

  boolean isUpgrade() {
    return header("Upgrade").isPresent();
  }

  /** For the server, which is to close the connection after its answer. */
  byte[] forwarded(String host) {
    var text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
    for (String line : headers) {
      String name = line.split(":")[0].toLowerCase(Locale.ROOT);
      if (!name.equals("host") && (isUpgrade() || !name.equals("connection"))) {
        text.append(line).append("\r\n");
      }
    }
    if (!isUpgrade()) {
      text.append("Connection: close\r\n");
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
