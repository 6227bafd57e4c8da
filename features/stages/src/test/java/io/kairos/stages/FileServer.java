package io.kairos.stages;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A web server of one test that serves ranges and remembers what it was asked. */
public final class FileServer implements AutoCloseable {
  /**
   * A file of the server.
   *
   * @param headers besides the usual ones; an empty value takes a usual one away
   * @param cutAfter how many octets it sends before the line breaks; negative for all
   */
  public record Served(
      byte[] content, Map<String, String> headers, boolean answersHead, int cutAfter) {
    public Served(String content) {
      this(content.getBytes(java.nio.charset.StandardCharsets.UTF_8), Map.of(), true, -1);
    }

    public Served with(String header, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(header, value);
      return new Served(content, more, answersHead, cutAfter);
    }

    public Served withoutHead() {
      return new Served(content, headers, false, cutAfter);
    }

    public Served cutAfter(int octets) {
      return new Served(content, headers, answersHead, octets);
    }
  }

  private final HttpServer server;
  private final Map<String, Served> files = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  public FileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public FileServer serving(String path, Served file) {
    files.put(path, file);
    return this;
  }

  public String address(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** {@code GET /f bytes=3-} for each request. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String range = exchange.getRequestHeaders().getFirst("Range");
      String user = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(
          exchange.getRequestMethod()
              + " "
              + exchange.getRequestURI().getPath()
              + (range == null ? "" : " " + range)
              + (user == null ? "" : " " + user));
      Served file = files.get(exchange.getRequestURI().getPath());
      boolean isHead = exchange.getRequestMethod().equals("HEAD");
      if (file == null || (isHead && !file.answersHead())) {
        exchange.sendResponseHeaders(file == null ? 404 : 405, -1);
        return;
      }
      answer(exchange, file, range, isHead);
    }
  }

  private static void answer(HttpExchange exchange, Served file, String range, boolean isHead)
      throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.set("Accept-Ranges", "bytes");
    headers.set("ETag", "\"" + Arrays.hashCode(file.content()) + "\"");
    file.headers()
        .forEach(
            (name, value) -> {
              headers.set(name, value);
              if (value.isEmpty()) {
                headers.remove(name);
              }
            });
    int first = 0;
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    if (range != null && condition != null && condition.equals(headers.getFirst("ETag"))) {
      first = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      headers.set(
          "Content-Range",
          "bytes " + first + "-" + (file.content().length - 1) + "/" + file.content().length);
    }
    byte[] part = Arrays.copyOfRange(file.content(), first, file.content().length);
    if (isHead) {
      headers.set("Content-Length", Integer.toString(part.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(first > 0 ? 206 : 200, part.length);
    int sent = file.cutAfter() < 0 ? part.length : Math.min(part.length, file.cutAfter());
    exchange.getResponseBody().write(part, 0, sent);
    exchange.getResponseBody().flush();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
