package io.kairos.agent.webui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.frontend.InstallMilestone;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.testkit.host.ScratchHost;
import io.kairos.testkit.host.ScriptedProgram;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WebUiTest {
  private static final String AGENT = "/usr/bin/kairos-agent";
  private static final String VALID =
      "#cloud-config\nusers:\n  - name: kairos\n    groups: [admin]\n    passwd: kairos\n";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ScriptedProgram agent = new ScriptedProgram();
  private final HttpClient client = HttpClient.newHttpClient();
  private ScratchHost host;
  private WebUiCommand.Running running;
  private String token;

  @BeforeEach
  void aWebInstaller() {
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "cdroot\n")
            .with("/proc/sys/kernel/hostname", "Node-1.example.org\n")
            .with("/sys/block/vda/size", "83886080\n")
            .with("/sys/block/vda/dev", "253:0\n")
            .with("/sys/block/vda/device/model", "Fast & <small>\n")
            .withProgram(AGENT)
            .answering(AGENT, agent);
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    running =
        new WebUiCommand(host, Map.of(), stream, stream)
            .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new SecureRandom());
    token = running.token().shown();
    Thread.ofPlatform().daemon().start(running.server()::serve);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + running.server().port() + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(
          request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(at(path)));
  }

  private static String form(String... pairs) {
    var form = new StringBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      form.append(i == 0 ? "" : "&")
          .append(pairs[i])
          .append('=')
          .append(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
    }
    return form.toString();
  }

  private HttpRequest.Builder post(String path, String... fields) {
    return HttpRequest.newBuilder(at(path))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header(WebUi.TOKEN_HEADER, token)
        .POST(HttpRequest.BodyPublishers.ofString(form(fields)));
  }

  private HttpResponse<String> install(String... more) {
    String[] fields = new String[more.length + 2];
    fields[0] = "cloud-config";
    fields[1] = VALID;
    System.arraycopy(more, 0, fields, 2, more.length);
    return send(post("/install", fields));
  }

  /** What a WebSocket hears; an empty text is its end. */
  private static final class Ear implements WebSocket.Listener {
    private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean isLast) {
      part.append(text);
      if (isLast) {
        frames.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      frames.add("closed " + code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      frames.add("failed " + failure);
    }

    String next() throws InterruptedException {
      String frame = frames.poll(20, TimeUnit.SECONDS);
      return frame == null ? "nothing" : frame;
    }

    List<String> next(int count) throws InterruptedException {
      List<String> heard = new java.util.ArrayList<>();
      for (int i = 0; i < count; i++) {
        heard.add(next());
      }
      return heard;
    }
  }

  private Ear listen() {
    var ear = new Ear();
    var _ = connect("/ws?token=" + token, ear).join();
    return ear;
  }

  private CompletableFuture<WebSocket> connect(String path, Ear ear) {
    return client
        .newWebSocketBuilder()
        .buildAsync(URI.create(at(path).toString().replace("http", "ws")), ear);
  }

  /** For what a well-behaved client does not send. */
  private String raw(String text) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), running.server().port())) {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // ---- pages

  @ParameterizedTest
  @CsvSource({
    "/,text/html",
    "/index.html,text/html",
    "/progress.html,text/html",
    "/message.html,text/html",
    "/favicon.ico,image/x-icon",
    "/style.css,text/css",
    "/session.js,text/javascript",
    "/install.js,text/javascript",
    "/progress.js,text/javascript"
  })
  void pagesAreForEverybodyAndLoadNothingFromElsewhere(String path, String type) {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(type);
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("script-src 'unsafe");
    assertThat(answer.body()).doesNotContain("https://", "http://", "{{");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/pages/index.html", "/../index.html", "/WebUi.class", "//"})
  void whatIsNoPageIsNotFound(String path) throws IOException {
    assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
        .startsWith("HTTP/1.1 404 Not Found\r\n");
  }

  @Test
  void theProgressPageKnowsEveryStep() {
    String page = get("/progress.html").body();
    for (InstallMilestone step : InstallMilestone.values()) {
      assertThat(page).containsPattern("data-step=\"" + step.word() + "\".*>" + step.title() + "<");
    }
  }

  @Test
  void otherMethodsAreRefusedByName() throws IOException {
    assertThat(raw("PUT /install HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
        .contains("\r\nAllow: POST\r\n");
    assertThat(raw("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("\r\n\r\n");
  }

  // ---- who may

  @Test
  void theConsoleShowsAddressAndToken() {
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("http://127.0.0.1:" + running.server().port() + "/?token=" + token);
    assertThat(host.read(Announcement.ISSUE)).contains("http://\\4:", "?token=" + token);
    assertThat(host.permissions(Announcement.ISSUE)).isEqualTo("rw-------");
    running.close();
    assertThat(host.exists(Announcement.ISSUE)).isFalse();
    assertThat(host.exists(Announcement.MOTD)).isFalse();
  }

  @Test
  void withoutTheTokenNothingIsToldAndNothingIsDone() {
    for (HttpRequest.Builder request :
        List.of(
            HttpRequest.newBuilder(at("/disks")),
            HttpRequest.newBuilder(at("/ws")),
            HttpRequest.newBuilder(at("/validate")).POST(HttpRequest.BodyPublishers.noBody()),
            HttpRequest.newBuilder(at("/install")).POST(HttpRequest.BodyPublishers.noBody()))) {
      assertThat(send(request).statusCode()).isEqualTo(401);
    }
    assertThat(host.commands()).isEmpty();
  }

  @Test
  void aCookieAloneChangesNothing() {
    HttpResponse<String> disks = get("/disks?token=" + token);
    String cookie = disks.headers().firstValue("Set-Cookie").orElse("");
    assertThat(cookie)
        .startsWith(WebUi.COOKIE + "=" + token)
        .contains("HttpOnly", "SameSite=Strict");
    String pair = cookie.split(";", 2)[0];
    assertThat(send(HttpRequest.newBuilder(at("/disks")).header("Cookie", pair)).statusCode())
        .isEqualTo(200);
    assertThat(
            send(HttpRequest.newBuilder(at("/install"))
                    .header("Cookie", pair)
                    .POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void whoGuessesHasToWait() {
    for (int i = 0; i < Gate.TRIES; i++) {
      assertThat(get("/disks?token=wrong").statusCode()).isEqualTo(401);
    }
    HttpResponse<String> answer = get("/disks?token=" + token);
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:1, 200",
    "[::1], 200",
    "localhost:8080, 200",
    "node-1, 200",
    "NODE-1.lan:8080, 200",
    "evil.example, 421",
    "127.0.0.1.evil.example, 421",
  })
  void onlyNamesOfThisMachineAreAnswered(String name, int status) throws IOException {
    assertThat(raw("GET / HTTP/1.1\r\nHost: " + name + "\r\n\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void pagesOfOthersNeitherListenNorPost() {
    var ear = new Ear();
    var refused =
        client
            .newWebSocketBuilder()
            .header("Origin", "http://evil.example")
            .buildAsync(URI.create(at("/ws?token=" + token).toString().replace("http", "ws")), ear);
    assertThatThrownBy(refused::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    assertThat(send(post("/validate", "cloud-config", VALID).header("Origin", "null")).statusCode())
        .isEqualTo(403);
    String own = "http://127.0.0.1:" + running.server().port();
    assertThat(send(post("/validate", "cloud-config", VALID).header("Origin", own)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeItIsRead() throws IOException {
    assertThat(
            raw("POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
  }

  // ---- validation

  @Test
  void aValidCloudConfigIsAnsweredByNothing() {
    HttpResponse<String> answer = send(post("/validate", "cloud-config", VALID));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void allProblemsAreToldWithTheirPlaces() {
    String broken = "#cloud-config\ninstall:\n  rebot: true\n  auto: maybe\nstages: 5\n";
    HttpResponse<String> answer = send(post("/validate", "cloud-config", broken));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("cloud-config:3:3: ", "did you mean 'reboot'?", "cloud-config:4:9: ")
        .contains("cloud-config:5:9: ");
    assertThat(send(post("/validate", "cloud-config", "users: []\n")).body())
        .contains("missing #cloud-config header");
    assertThat(send(post("/validate", "cloud-config", "#cloud-config\na: [\n")).body())
        .contains("cloud-config:");
  }

  @Test
  void pagesGetProblemsAsJsonWithTheWarnings() {
    HttpResponse<String> answer =
        send(
            post("/validate", "cloud-config", "#cloud-config\nhostname: x\n")
                .header("Accept", "application/json"));
    List<?> problems = (List<?>) Json.parse("answer", answer.body());
    JsonObject problem = JsonObject.of("answer", problems.getFirst());
    assertThat(problem.requiredText("severity")).isEqualTo("warning");
    assertThat(problem.requiredText("message")).contains("'admin' group");
  }

  @Test
  void fieldsMayComeAsJsonOrInTheQuery() {
    HttpResponse<String> json =
        send(
            HttpRequest.newBuilder(at("/validate"))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.write(Map.of("cloud-config", VALID, "token", token)))));
    assertThat(json.statusCode()).isEqualTo(200);
    assertThat(json.body()).isEmpty();
    HttpResponse<String> query =
        send(
            HttpRequest.newBuilder(at("/validate?" + form("cloud-config", VALID, "token", token)))
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(query.body()).isEmpty();
    assertThat(
            send(HttpRequest.newBuilder(at("/validate"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{")))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void aPathInTheTextIsNotRead() {
    host.with("/etc/secret", "#cloud-config\nhunter2: 1\n");
    assertThat(send(post("/validate", "cloud-config", "/etc/secret")).body())
        .contains("missing #cloud-config header")
        .doesNotContain("hunter2");
  }

  // ---- disks

  @Test
  void disksAreToldWithWhatTellsThemApart() {
    JsonObject disks =
        JsonObject.of("answer", Json.parse("answer", get("/disks?token=" + token).body()));
    assertThat(disks.requiredText("automatic")).isEqualTo("/dev/vda");
    JsonObject disk = disks.objects("disks").getFirst();
    assertThat(disk.requiredText("device")).isEqualTo("/dev/vda");
    assertThat(disk.requiredText("shownSize")).isEqualTo("40.0 GiB");
    assertThat(disk.requiredText("model")).isEqualTo("Fast & <small>");
    assertThat(disk.text("objection")).isEmpty();
  }

  // ---- installation

  @Test
  void beforeAnInstallationThereIsNoProcess() throws Exception {
    assertThat(listen().next(2)).containsExactly("No process!", "closed 1000");
  }

  @Test
  void anInstallationIsManualInstallWithWhatTheFormSays() throws Exception {
    HttpResponse<String> answer = install("installation-device", "/dev/vda", "reboot", "on");
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location")).contains("progress.html");
    assertThat(agent.call())
        .containsExactly(AGENT, "manual-install", "--reboot", "--device", "/dev/vda", VALID);
    agent.ends(0);
    assertThat(listen().next()).startsWith("[");
  }

  @Test
  void withoutADeviceItIsTheLargestFreeOne() throws Exception {
    install("power-off", "on");
    assertThat(agent.call())
        .containsExactly(AGENT, "manual-install", "--poweroff", "--device", "auto", VALID);
    agent.ends(0);
  }

  @Test
  void whileItRunsListenersHearEveryLineAsItIsSaid() throws Exception {
    install();
    Ear first = listen();
    agent.says("\u001b[32mok\u001b[0m <b>");
    assertThat(first.next()).isEqualTo("<span style=\"color: #50fa7b; \">ok</span> &lt;b&gt;");
    agent.says("   ");
    agent.says("{\"event\":\"step\",\"step\":\"active\"}");
    assertThat(first.next()).isEqualTo("[STEP 3/8] active: Copying the system");
    Ear second = listen();
    assertThat(second.next()).contains("ok");
    agent.says("the very last line");
    agent.ends(0);
    assertThat(first.next(3))
        .containsExactly("the very last line", "[COMPLETE] Installation finished\n", "closed 1000");
    assertThat(second.next(4))
        .containsExactly(
            "[STEP 3/8] active: Copying the system",
            "the very last line",
            "[COMPLETE] Installation finished\n",
            "closed 1000");
  }

  @Test
  void aFailureSaysWhyAndWithWhichExitCode() throws Exception {
    install();
    agent.says("{\"event\":\"error\",\"message\":\"no disk <here>\\n  try: another\"}");
    agent.ends(7);
    Ear ear = listen();
    assertThat(ear.next(2)).containsExactly("[ERROR] no disk &lt;here&gt;", "[ERROR] try: another");
    // whether it was over when somebody came depends on who was faster
    String next = ear.next();
    assertThat(next.equals("[INFO] Process stopped!\n") ? ear.next() : next)
        .isEqualTo("[COMPLETE] Installation failed (exit code 7)\n");
  }

  @Test
  void afterwardsEverythingIsToldAgain() throws Exception {
    install();
    agent.says("one");
    agent.ends(0);
    Ear witness = listen();
    while (!witness.next().startsWith("closed")) {
      // it is over when the first listener has heard so
    }
    assertThat(listen().next(4))
        .containsExactly(
            "one",
            "[INFO] Process stopped!\n",
            "[COMPLETE] Installation finished\n",
            "closed 1000");
  }

  @Test
  void oneThatRunsOrHasSucceededIsNotStartedAgainButAFailedOneIs() throws Exception {
    install();
    agent.call();
    assertThat(install().statusCode()).isEqualTo(303);
    agent.ends(1);
    Ear ear = listen();
    while (!ear.next().startsWith("closed")) {
      // until it has failed
    }
    assertThat(install().statusCode()).isEqualTo(303);
    agent.call();
    agent.ends(0);
    Ear again = listen();
    while (!again.next().startsWith("closed")) {
      // until it has succeeded
    }
    assertThat(install().statusCode()).isEqualTo(303);
    assertThat(host.commands(AGENT)).hasSize(2);
  }

  @Test
  void whatIsNoDiskIsSaidSoAndNotStarted() {
    for (String device : List.of("--reboot", "/dev/../etc/passwd", "sda", "/dev/a b")) {
      HttpResponse<String> answer = install("installation-device", device);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("class=\"note danger\"", "is no disk");
    }
    assertThat(host.commands(AGENT)).isEmpty();
  }

  @Test
  void withoutAnAgentThePageSaysSo() throws IOException {
    var bare = new ScratchHost(Files.createDirectory(root.resolve("bare")));
    assertThatThrownBy(() -> new Installation(bare, "/no/<agent>").start(null))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("/no/<agent>");
    assertThat(
            new String(
                Pages.message(Pages.Gravity.DANGER, "no <agent>").body(), StandardCharsets.UTF_8))
        .contains("no &lt;agent&gt;");
  }

  @Test
  void aSlowVisitorHoldsNobodyElseUp() throws IOException {
    try (var slow = new Socket(InetAddress.getLoopbackAddress(), running.server().port())) {
      slow.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(get("/").statusCode()).isEqualTo(200);
    }
  }

  // ---- start and stop

  @Test
  void stoppingEndsConversationsToo() throws Exception {
    install();
    agent.call();
    Ear ear = listen();
    running.close();
    assertThat(ear.next()).matches("(closed|failed).*");
    agent.ends(0);
  }

  @Test
  void anImageMaySwitchItOff() {
    host.with("/etc/kairos/agent.yaml", "webui: {disable: true}\n");
    out.reset();
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    new WebUiCommand(host, Map.of(), stream, stream).run();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("switched off");
  }

  @Test
  void anAddressThatSomebodyHasIsSaid() {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    host.with(
        "/etc/kairos/agent.yaml",
        "webui: {listen_address: '127.0.0.1:" + running.server().port() + "'}\n");
    assertThatThrownBy(() -> new WebUiCommand(host, Map.of(), stream, stream).run())
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("cannot listen on");
  }

  @ParameterizedTest
  @CsvSource({
    ":8080, 0.0.0.0, 8080",
    "127.0.0.1:80, 127.0.0.1, 80",
    "[::1]:81, 0:0:0:0:0:0:0:1, 81",
    "localhost:0, 127.0.0.1, 0"
  })
  void addressesAreReadAsGoReadsThem(String text, String address, int port) {
    InetSocketAddress read = WebUiCommand.address(text);
    assertThat(read.getAddress().getHostAddress()).isEqualTo(address);
    assertThat(read.getPort()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"8080", "::1:80", "a:b", ":99999", "[::1]"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> WebUiCommand.address(text)).isInstanceOf(InvalidConfig.class);
  }

  @Test
  void theIconIsOne() throws IOException {
    try (InputStream icon = Pages.class.getResourceAsStream("pages/favicon.ico")) {
      assertThat(icon.readNBytes(4)).containsExactly(0, 0, 1, 0);
    }
  }
}
