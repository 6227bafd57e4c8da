package io.kairos.images;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * A registry of one test with one repository, {@code test/image}, which serves the blobs of
 * layouts: with a token for whoever logs in, blobs from another address than manifests.
 */
final class FakeRegistry implements AutoCloseable {
  static final String USER =
      "Basic " + Base64.getEncoder().encodeToString("me:geheim".getBytes(StandardCharsets.UTF_8));

  private final HttpServer server;
  private final HttpServer store;
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final boolean needsLogin;
  private volatile int cuts;

  FakeRegistry(boolean needsLogin) throws IOException {
    this.needsLogin = needsLogin;
    server = start(this::answer);
    store = start(this::give);
  }

  private static HttpServer start(com.sun.net.httpserver.HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", handler);
    server.start();
    return server;
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  ImageReference image(String tag) {
    return ImageReference.parse(host() + "/test/image:" + tag);
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  /** The next so many blobs end early. */
  FakeRegistry cutting(int next) {
    cuts = next;
    return this;
  }

  FakeRegistry corrupt(Digest digest) {
    blobs.computeIfPresent(
        digest.toString(),
        (name, content) -> {
          byte[] other = content.clone();
          other[other.length / 2] ^= 1;
          return other;
        });
    return this;
  }

  /** Publishes an index of the images of these layouts under a tag. */
  FakeRegistry push(String tag, Path... layouts) throws IOException {
    List<Object> entries = new ArrayList<>();
    for (Path layout : layouts) {
      try (var files = Files.walk(layout.resolve("blobs"))) {
        for (Path blob : files.filter(Files::isRegularFile).toList()) {
          byte[] content = Files.readAllBytes(blob);
          blobs.put(Digest.sha256(content).toString(), content);
        }
      }
      StoredImage image = OciLayout.open(layout).image();
      String digest = image.digest().toString();
      manifests.put(digest, blobs.get(digest));
      entries.add(
          new Descriptor(
                  MediaTypes.MANIFEST,
                  image.digest(),
                  image.manifest().size(),
                  java.util.Optional.of(image.config().platform()),
                  Map.of())
              .toJson());
    }
    byte[] index =
        io.kairos.formats.json.Json.write(
                Map.of("schemaVersion", 2L, "mediaType", MediaTypes.INDEX, "manifests", entries))
            .getBytes(StandardCharsets.UTF_8);
    manifests.put(tag, index);
    manifests.put(Digest.sha256(index).toString(), index);
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String login = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(path.replaceAll("sha256:[0-9a-f]+", "DIGEST"));
      if (path.equals("/token")) {
        boolean isKnown = !needsLogin || USER.equals(login);
        send(exchange, isKnown ? 200 : 401, "{\"token\": \"T\"}".getBytes(StandardCharsets.UTF_8));
        return;
      }
      if (!"Bearer T".equals(login)) {
        exchange
            .getResponseHeaders()
            .set(
                "WWW-Authenticate",
                "Bearer realm=\"http://"
                    + host()
                    + "/token\",service=\"fake\",scope=\"repository:test/image:pull\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (path.startsWith("/v2/test/image/manifests/") && manifests.containsKey(name)) {
        byte[] content = manifests.get(name);
        exchange
            .getResponseHeaders()
            .set(
                "Content-Type",
                new String(content, StandardCharsets.UTF_8).contains("\"manifests\"")
                    ? MediaTypes.INDEX
                    : MediaTypes.MANIFEST);
        send(exchange, 200, content);
      } else if (path.startsWith("/v2/test/image/blobs/") && blobs.containsKey(name)) {
        exchange
            .getResponseHeaders()
            .set("Location", "http://127.0.0.1:" + store.getAddress().getPort() + "/" + name);
        exchange.sendResponseHeaders(307, -1);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    exchange.sendResponseHeaders(status, content.length);
    exchange.getResponseBody().write(content);
  }

  /** As object stores do: whoever brings a login of somebody else is sent away. */
  private void give(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestHeaders().containsKey("Authorization")) {
        exchange.sendResponseHeaders(400, -1);
        return;
      }
      byte[] content = blobs.get(exchange.getRequestURI().getPath().substring(1));
      exchange.sendResponseHeaders(200, content.length);
      boolean isCut = cuts > 0;
      if (isCut) {
        cuts--;
      }
      exchange.getResponseBody().write(content, 0, isCut ? content.length / 2 : content.length);
      exchange.getResponseBody().flush();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    store.stop(0);
  }
}
