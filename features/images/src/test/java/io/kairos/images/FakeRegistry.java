package io.kairos.images;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.kairos.formats.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/**
 * A registry of one test with one repository, {@code test/image}, which serves the blobs of
 * layouts: with a token for whoever logs in, blobs from another address than manifests, and with
 * whatever goes wrong in the world, in the order that the test asks for.
 */
final class FakeRegistry implements AutoCloseable {
  static final String USER =
      "Basic " + Base64.getEncoder().encodeToString("me:geheim".getBytes(StandardCharsets.UTF_8));

  static final String IDENTITY_TOKEN = "IDT";

  private static final byte[] NOTHING =
      "{\"schemaVersion\": 2, \"manifests\": []}".getBytes(StandardCharsets.UTF_8);

  /** What the registry does with a request for parts of a blob. */
  enum Ranges {
    NONE,
    SINGLE,
    SEVERAL
  }

  /** What happens to one blob. */
  private record Fault(int cutAfter, boolean stalls) {}

  /** What happens to one request. */
  private record Refusal(int status, Map<String, String> headers) {}

  private final HttpServer server;
  private final HttpServer store;
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final Deque<Fault> faults = new ConcurrentLinkedDeque<>();
  private final Deque<Refusal> refusals = new ConcurrentLinkedDeque<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong sent = new AtomicLong();
  private final AtomicInteger tokens = new AtomicInteger();
  private final AtomicInteger refusalsOfStore = new AtomicInteger();
  private final AtomicInteger uses = new AtomicInteger();
  private final boolean needsLogin;
  private final String scheme;
  private volatile int usesOfToken = Integer.MAX_VALUE;
  private volatile int damagedFrom = Integer.MAX_VALUE;
  private volatile boolean isBasic;
  private volatile boolean runsInCircles;
  private volatile Ranges ranges = Ranges.SEVERAL;
  private volatile List<String> tags = List.of();
  private volatile boolean knowsReferrers;
  private volatile String nextPage = "</v2/test/image/tags/list?n=2&last=%s>; rel=\"next\"";

  FakeRegistry(boolean needsLogin) throws IOException {
    this(needsLogin, Optional.empty());
  }

  FakeRegistry(boolean needsLogin, Optional<SSLContext> tls) throws IOException {
    this.needsLogin = needsLogin;
    scheme = tls.isPresent() ? "https" : "http";
    server = start(tls, this::answer);
    store = start(tls, this::give);
  }

  private static HttpServer start(Optional<SSLContext> tls, HttpHandler handler)
      throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server;
    if (tls.isPresent()) {
      HttpsServer secure = HttpsServer.create(address, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls.get()));
      server = secure;
    } else {
      server = HttpServer.create(address, 0);
    }
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

  long blobRequests() {
    return requests().stream().filter(path -> path.contains("/blobs/")).count();
  }

  /** Octets of blobs that went over the line. */
  long sent() {
    return sent.get();
  }

  /** The next so many blobs end in their middle. */
  FakeRegistry cutting(int next) {
    for (int i = 0; i < next; i++) {
      faults.add(new Fault(-1, false));
    }
    return this;
  }

  /** The next blobs end after so many octets, one after the other. */
  FakeRegistry cuttingAfter(int... octets) {
    for (int count : octets) {
      faults.add(new Fault(count, false));
    }
    return this;
  }

  /** What is left of the faults above does not come. */
  FakeRegistry cuttingNoMore() {
    faults.clear();
    return this;
  }

  /** The next so many blobs stand still in their middle. */
  FakeRegistry stalling(int next) {
    for (int i = 0; i < next; i++) {
      faults.add(new Fault(-1, true));
    }
    return this;
  }

  /** The next so many requests are refused. */
  FakeRegistry refusing(int next, int status, Map<String, String> headers) {
    for (int i = 0; i < next; i++) {
      refusals.add(new Refusal(status, headers));
    }
    return this;
  }

  /** The place of the blobs refuses so many requests. */
  FakeRegistry refusingAtItsStore(int next) {
    refusalsOfStore.set(next);
    return this;
  }

  /** A token is good for so many requests. */
  FakeRegistry expiringTokensAfter(int uses) {
    usesOfToken = uses;
    return this;
  }

  /** User and password with each request, no tokens. */
  FakeRegistry withBasicLogin() {
    isBasic = true;
    return this;
  }

  /** Blobs are always somewhere else. */
  FakeRegistry runningInCircles() {
    runsInCircles = true;
    return this;
  }

  /** Has these tags, and tells two a page. */
  FakeRegistry withTags(String... names) {
    tags = List.of(names);
    return this;
  }

  /**
   * @param link how it tells of the next page; {@code %s} is the last tag of the page before
   */
  FakeRegistry linkingWith(String link) {
    nextPage = link;
    return this;
  }

  /** Lists what refers to a manifest; older registries do not, and clients keep an index for it. */
  FakeRegistry knowingReferrers() {
    knowsReferrers = true;
    return this;
  }

  FakeRegistry giving(Ranges kind) {
    ranges = kind;
    return this;
  }

  /**
   * Answers with a part that begins at or after this octet have a wrong bit; whole blobs have not.
   */
  FakeRegistry damagingPartsFrom(int octet) {
    damagedFrom = octet;
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
                  Optional.of(image.config().platform()),
                  Map.of())
              .toJson());
    }
    byte[] index =
        Json.write(Map.of("schemaVersion", 2L, "mediaType", MediaTypes.INDEX, "manifests", entries))
            .getBytes(StandardCharsets.UTF_8);
    manifest(tag, index);
    return this;
  }

  /** Publishes anything as a manifest. */
  Digest manifest(String tag, byte[] content) {
    Digest digest = Digest.sha256(content);
    manifests.put(tag, content);
    manifests.put(digest.toString(), content);
    return digest;
  }

  Digest manifestDigest(String tag) {
    return Digest.sha256(manifests.get(tag));
  }

  Digest blob(byte[] content) {
    Digest digest = Digest.sha256(content);
    blobs.put(digest.toString(), content);
    return digest;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String login = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(path.replaceAll("sha256:[0-9a-f]+", "DIGEST"));
      if (path.equals("/token")) {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean isKnown =
            !needsLogin
                || USER.equals(login)
                || List.of(form.split("&")).contains("refresh_token=" + IDENTITY_TOKEN);
        uses.set(0);
        String token = "{\"token\": \"T" + tokens.incrementAndGet() + "\"}";
        send(exchange, isKnown ? 200 : 401, token.getBytes(StandardCharsets.UTF_8));
        return;
      }
      if (!isLoggedIn(login)) {
        String challenge =
            isBasic
                ? "Basic realm=\"fake\""
                : "Bearer realm=\"%s://%s/token\",service=\"fake\",scope=\"repository:test/image:pull\""
                    .formatted(scheme, host());
        exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      Refusal refusal = refusals.poll();
      if (refusal != null) {
        refusal.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        exchange.sendResponseHeaders(refusal.status(), -1);
        return;
      }
      if (path.equals("/v2/test/image/tags/list")) {
        tell(exchange);
        return;
      }
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (path.startsWith("/v2/test/image/referrers/") && knowsReferrers) {
        exchange.getResponseHeaders().set("Content-Type", MediaTypes.INDEX);
        send(exchange, 200, manifests.getOrDefault(name.replace(':', '-'), NOTHING));
      } else if (path.startsWith("/v2/test/image/manifests/") && manifests.containsKey(name)) {
        byte[] content = manifests.get(name);
        exchange
            .getResponseHeaders()
            .set(
                "Content-Type",
                new String(content, StandardCharsets.UTF_8).contains("\"manifests\"")
                    ? MediaTypes.INDEX
                    : MediaTypes.MANIFEST);
        send(exchange, 200, content);
      } else if (path.startsWith("/v2/test/image/blobs/") && runsInCircles) {
        String other = name.endsWith("x") ? name.substring(0, name.length() - 1) : name + "x";
        exchange.getResponseHeaders().set("Location", "/v2/test/image/blobs/" + other);
        exchange.sendResponseHeaders(302, -1);
      } else if (path.startsWith("/v2/test/image/blobs/") && blobs.containsKey(name)) {
        exchange
            .getResponseHeaders()
            .set("Location", scheme + "://127.0.0.1:" + store.getAddress().getPort() + "/" + name);
        exchange.sendResponseHeaders(307, -1);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private void tell(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    int from = tags.indexOf(query.replaceFirst(".*last=", "")) + 1;
    int to = Math.min(from + 2, tags.size());
    if (to < tags.size()) {
      exchange.getResponseHeaders().set("Link", nextPage.replace("%s", tags.get(to - 1)));
    }
    String json = Json.write(Map.of("name", "test/image", "tags", tags.subList(from, to)));
    send(exchange, 200, json.getBytes(StandardCharsets.UTF_8));
  }

  private boolean isLoggedIn(String login) {
    if (isBasic) {
      return USER.equals(login);
    }
    return ("Bearer T" + tokens.get()).equals(login) && uses.incrementAndGet() <= usesOfToken;
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
      if (refusalsOfStore.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        exchange.sendResponseHeaders(403, -1);
        return;
      }
      byte[] content = blobs.get(exchange.getRequestURI().getPath().substring(1)).clone();
      int status = 200;
      List<int[]> asked = asked(exchange.getRequestHeaders().getFirst("Range"), content.length);
      for (int[] part : asked) {
        if (part[0] >= damagedFrom) {
          content[(part[0] + part[1]) / 2] ^= 1;
        }
      }
      if (ranges == Ranges.SEVERAL && asked.size() > 1) {
        content = multipart(exchange, content, asked);
        status = 206;
      } else if (ranges != Ranges.NONE && asked.size() == 1) {
        int[] range = asked.getFirst();
        if (range[0] >= range[1]) {
          exchange.sendResponseHeaders(416, -1);
          return;
        }
        exchange.getResponseHeaders().set("Content-Range", contentRange(range, content.length));
        content = Arrays.copyOfRange(content, range[0], range[1]);
        status = 206;
      }
      give(exchange, status, content);
    }
  }

  private void give(HttpExchange exchange, int status, byte[] content) throws IOException {
    exchange.sendResponseHeaders(status, content.length);
    Fault fault = faults.poll();
    int length = content.length;
    if (fault != null) {
      length = Math.min(length, fault.cutAfter() < 0 ? length / 2 : fault.cutAfter());
    }
    exchange.getResponseBody().write(content, 0, length);
    exchange.getResponseBody().flush();
    sent.addAndGet(length);
    if (fault != null && fault.stalls()) {
      try {
        closing.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static List<int[]> asked(String header, int size) {
    if (header == null) {
      return List.of();
    }
    List<int[]> found = new ArrayList<>();
    for (String part : header.replace("bytes=", "").split(",")) {
      String[] ends = part.strip().split("-", 2);
      int to = ends[1].isEmpty() ? size : Math.min(size, Integer.parseInt(ends[1]) + 1);
      found.add(new int[] {Integer.parseInt(ends[0]), to});
    }
    return found;
  }

  private static String contentRange(int[] range, int size) {
    return "bytes " + range[0] + "-" + (range[1] - 1) + "/" + size;
  }

  private static byte[] multipart(HttpExchange exchange, byte[] content, List<int[]> asked) {
    exchange.getResponseHeaders().set("Content-Type", "multipart/byteranges; boundary=BETWEEN");
    var out = new ByteArrayOutputStream();
    for (int[] range : asked) {
      String head =
          "\r\n--BETWEEN\r\nContent-Type: application/octet-stream\r\nContent-Range: "
              + contentRange(range, content.length)
              + "\r\n\r\n";
      out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      out.write(content, range[0], range[1] - range[0]);
    }
    out.writeBytes("\r\n--BETWEEN--\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    store.stop(0);
  }
}
