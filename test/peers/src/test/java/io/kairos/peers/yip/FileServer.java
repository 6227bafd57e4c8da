package io.kairos.peers.yip;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Serves any path as a short text that names it, but {@code /nothere}. */
final class FileServer implements AutoCloseable {
  private static final String PORT = "@PORT@";

  private final HttpServer server;

  private FileServer(HttpServer server) {
    this.server = server;
  }

  static FileServer start() throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", FileServer::answer);
    http.start();
    return new FileServer(http);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] text = ("content of " + path + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Last-Modified", "Sun, 01 Mar 2026 12:00:00 GMT");
    boolean isThere = !path.equals("/nothere");
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    if (isHead) {
      exchange.getResponseHeaders().add("Content-Length", Integer.toString(text.length));
    }
    exchange.sendResponseHeaders(isThere ? 200 : 404, isHead ? -1 : text.length);
    if (!isHead) {
      exchange.getResponseBody().write(text);
    }
    exchange.close();
  }

  /** The files with the port where they name it. */
  Map<String, String> named(Map<String, String> files) {
    Map<String, String> named = new LinkedHashMap<>();
    files.forEach(
        (path, text) ->
            named.put(path, text.replace(PORT, Integer.toString(server.getAddress().getPort()))));
    return named;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
