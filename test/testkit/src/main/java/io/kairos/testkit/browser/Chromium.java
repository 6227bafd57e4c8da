package io.kairos.testkit.browser;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Chromium without a window, driven by the DevTools protocol. One tab, a profile of its own. */
public final class Chromium implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final List<String> PROGRAMS =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final Map<Long, CompletableFuture<JsonObject>> awaited = new ConcurrentHashMap<>();
  private final List<JsonObject> events = new CopyOnWriteArrayList<>();
  private final Optional<String> session;

  /** Where this machine has one. */
  public static Optional<Path> program() {
    return PROGRAMS.stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts it with an empty tab.
   *
   * @param folder for its profile and its output; empty
   */
  public static Chromium start(Path program, Path folder) throws IOException, InterruptedException {
    Path log = folder.resolve("chromium.log");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // tests run as root in containers
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--no-proxy-server",
                "--lang=en",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile"),
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      return new Chromium(process, address(process, log));
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** The line that it prints when it listens. */
  private static URI address(Process process, Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try (Stream<String> lines = Files.lines(log)) {
        Optional<String> line =
            lines.filter(text -> text.contains("DevTools listening on ws://")).findFirst();
        if (line.isPresent()) {
          return URI.create(line.get().replaceFirst(".* on ", "").strip());
        }
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new IOException("Chromium does not listen:\n" + Files.readString(log));
  }

  private Chromium(Process process, URI address) throws InterruptedException {
    this.process = process;
    HttpClient client = HttpClient.newHttpClient();
    this.socket = client.newWebSocketBuilder().buildAsync(address, new Ear()).join();
    JsonObject target =
        ask(Optional.empty(), "Target.createTarget", Map.of("url", (Object) "about:blank"));
    this.session =
        Optional.of(
            ask(
                    Optional.empty(),
                    "Target.attachToTarget",
                    Map.of("targetId", target.requiredText("targetId"), "flatten", true))
                .requiredText("sessionId"));
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      ask(domain + ".enable", Map.of());
    }
  }

  private final class Ear implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean isLast) {
      part.append(text);
      if (isLast) {
        hear(JsonObject.of("DevTools", Json.parse("DevTools", part.toString())));
        part.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void hear(JsonObject message) {
    Optional<Long> number = message.number("id");
    if (number.isEmpty()) {
      events.add(message);
      return;
    }
    CompletableFuture<JsonObject> answer = awaited.remove(number.get());
    Optional<JsonObject> error = message.object("error");
    if (error.isPresent()) {
      answer.completeExceptionally(new IllegalStateException(error.get().requiredText("message")));
    } else {
      answer.complete(message.requiredObject("result"));
    }
  }

  /** One command of the protocol to the tab. */
  public JsonObject ask(String method, Map<String, Object> parameters) throws InterruptedException {
    return ask(session, method, parameters);
  }

  private JsonObject ask(Optional<String> to, String method, Map<String, Object> parameters)
      throws InterruptedException {
    long number = lastNumber.incrementAndGet();
    var answer = new CompletableFuture<JsonObject>();
    awaited.put(number, answer);
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", number);
    message.put("method", method);
    message.put("params", parameters);
    to.ifPresent(id -> message.put("sessionId", id));
    socket.sendText(Json.write(message), true).join();
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(method + ": " + e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(method + ": no answer", e);
    }
  }

  public void open(URI address) throws InterruptedException {
    ask("Page.navigate", Map.of("url", address.toString()));
  }

  /**
   * What a JavaScript expression yields: a text, a number, a boolean or null; a promise is awaited.
   *
   * @throws IllegalStateException when it throws
   */
  public Object evaluate(String expression) throws InterruptedException {
    JsonObject answer =
        ask(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (answer.object("exceptionDetails").isPresent()) {
      throw new IllegalStateException(expression + ": " + answer.object("exceptionDetails").get());
    }
    return answer.requiredObject("result").members().get("value");
  }

  /** Waits until an expression is true, on whatever page there is by then. */
  public void await(String condition) throws InterruptedException {
    await(condition, PATIENCE);
  }

  /** As {@link #await(String)}, for what takes its time. */
  public void await(String condition, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    String last = "";
    while (System.nanoTime() < end) {
      try {
        if (Boolean.TRUE.equals(
            evaluate(
                "new Promise(tell => { const end = Date.now() + 1000; const look = () => {"
                    + " const holds = document.readyState === 'complete' && Boolean("
                    + condition
                    + "); holds || Date.now() > end ? tell(holds) : setTimeout(look, 20); };"
                    + " look(); })"))) {
          return;
        }
      } catch (IllegalStateException pageChanged) {
        last = pageChanged.getMessage();
      }
    }
    throw new AssertionError("never true: " + condition + "; " + last + "\n" + text());
  }

  /** What a reader of the page sees. */
  public String text() throws InterruptedException {
    return String.valueOf(evaluate("document.body.innerText"));
  }

  /** Presses the mouse on an element, as a person does: it has to be there, visible and free. */
  public void click(String selector) throws InterruptedException {
    await("document.querySelector(" + quoted(selector) + ")?.checkVisibility()");
    JsonObject at =
        JsonObject.of(
            "place",
            Json.parse(
                "place",
                (String)
                    evaluate(
                        "(() => { const it = document.querySelector("
                            + quoted(selector)
                            + "); it.scrollIntoView({block: 'center', behavior: 'instant'});"
                            + " const box = it.getBoundingClientRect();"
                            + " return JSON.stringify({x: Math.round(box.x + box.width / 2),"
                            + " y: Math.round(box.y + box.height / 2)}); })()")));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      ask(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              at.requiredNumber("x"),
              "y",
              at.requiredNumber("y"),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  /** Replaces what is in a field by typing. */
  public void type(String selector, String text) throws InterruptedException {
    click(selector);
    evaluate("document.querySelector(" + quoted(selector) + ").select()");
    ask("Input.insertText", Map.of("text", text));
  }

  /** Of a window this wide, or a phone's. */
  public void resize(int width, int height, boolean isPhone) throws InterruptedException {
    ask(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", isPhone));
  }

  /** {@code light} or {@code dark}. */
  public void prefer(String scheme) throws InterruptedException {
    ask(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** The whole page as PNG. */
  public Path screenshot(Path file) throws InterruptedException {
    JsonObject shot =
        ask("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    try {
      return Files.write(file, java.util.Base64.getDecoder().decode(shot.requiredText("data")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Downloads of links go there. */
  public void downloadTo(Path folder) throws InterruptedException {
    ask(
        Optional.empty(),
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", folder.toString(), "eventsEnabled", true));
  }

  /** Every address that was asked for so far. */
  public List<String> requests() {
    return named("Network.requestWillBeSent")
        .map(event -> event.requiredObject("request").requiredText("url"))
        .toList();
  }

  /** What the browser warned of: exceptions, broken policies, failed requests. */
  public List<String> complaints() {
    Stream<JsonObject> entries =
        named("Log.entryAdded")
            .filter(
                event ->
                    List.of("warning", "error")
                        .contains(event.requiredObject("entry").requiredText("level")));
    return Stream.concat(named("Runtime.exceptionThrown"), entries).map(Json::write).toList();
  }

  /** Whether something has happened, by the name of its event. */
  public boolean hasHeard(String event) {
    return named(event).findAny().isPresent();
  }

  private Stream<JsonObject> named(String method) {
    return events.stream()
        .filter(event -> event.text("method").equals(Optional.of(method)))
        .map(event -> event.requiredObject("params"));
  }

  private static String quoted(String text) {
    return Json.write(text);
  }

  @Override
  public void close() {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroy);
    // its profile is in a folder of the test, which is deleted next
    all.forEach(handle -> handle.onExit().orTimeout(20, TimeUnit.SECONDS).join());
    socket.abort();
  }
}
