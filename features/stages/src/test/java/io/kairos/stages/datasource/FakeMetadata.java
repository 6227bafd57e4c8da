package io.kairos.stages.datasource;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A server that plays every metadata service: addresses are led to it by their host. What it was
 * not told is 404.
 */
final class FakeMetadata implements AutoCloseable {
  /** One request as it came in. */
  record Asked(
      String method, String address, Map<String, List<String>> headers, String body, int port) {}

  private final HttpServer server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  final List<Asked> asked = new CopyOnWriteArrayList<>();

  FakeMetadata() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /**
   * @param address as a platform documents it, without {@code http://}; with {@code PUT } in front
   *     for another method
   */
  FakeMetadata answering(String address, String text) {
    answers.put(address, text);
    return this;
  }

  /** Leads the addresses of platforms here. */
  URI route(URI address) {
    String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    return URI.create(
        "http://127.0.0.1:"
            + server.getAddress().getPort()
            + "/"
            + address.getHost()
            + address.getRawPath()
            + query);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String address = exchange.getRequestURI().toString().substring(1);
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int port = exchange.getRemoteAddress().getPort();
    asked.add(new Asked(method, address, Map.copyOf(exchange.getRequestHeaders()), body, port));
    String text = answers.get(method.equals("GET") ? address : method + " " + address);
    byte[] bytes = (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(text == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
