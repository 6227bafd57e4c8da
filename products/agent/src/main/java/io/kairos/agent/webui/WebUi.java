package io.kairos.agent.webui;

import io.kairos.agent.config.CloudConfigCheck;
import io.kairos.agent.frontend.ManualInstall;
import io.kairos.agent.install.InstallTargets;
import io.kairos.agent.webui.http.FormFields;
import io.kairos.agent.webui.http.HttpRequest;
import io.kairos.agent.webui.http.HttpResponse;
import io.kairos.agent.webui.http.Reply;
import io.kairos.agent.webui.http.Upgrade;
import io.kairos.agent.webui.http.WebServer;
import io.kairos.agent.webui.http.WebSocket;
import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.base.Problem;
import io.kairos.config.Validation;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Host;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * The addresses of the web installer. Pages are for everybody; whatever tells of this machine or
 * changes it needs the token of its console, in the header {@code X-Kairos-Token}, the field or
 * query {@code token}, or, where nothing is changed, the cookie.
 */
final class WebUi implements WebServer.Handler {
  static final String TOKEN_HEADER = "X-Kairos-Token";
  static final String TOKEN_FIELD = "token";
  static final String COOKIE = "kairos-webui";

  /** Front ends match these words. */
  static final String NO_PROCESS = "No process!";

  static final String STOPPED = "[INFO] Process stopped!\n";
  static final String FINISHED = "[COMPLETE] Installation finished\n";
  static final String FAILED = "[COMPLETE] Installation failed (exit code %d)\n";

  private static final String LABEL = "cloud-config";
  private static final Duration BETWEEN_PINGS = Duration.ofSeconds(20);

  /** Names of devices and of scripts that tell one; nothing that looks like an option. */
  private static final String DEVICE = "auto|/dev/[A-Za-z0-9/_.:+@=,-]+|script://.+";

  private final Host host;
  private final Gate gate;
  private final VisitedHost visited;
  private final Installation installation;

  WebUi(Host host, Gate gate, VisitedHost visited, Installation installation) {
    this.host = host;
    this.gate = gate;
    this.visited = visited;
    this.installation = installation;
  }

  @Override
  public Reply handle(HttpRequest request) {
    return switch (answer(request)) {
      case HttpResponse response -> secured(response);
      case Upgrade upgrade -> upgrade;
    };
  }

  private Reply answer(HttpRequest request) {
    if (!visited.isMeantBy(request)) {
      return HttpResponse.text(421, "use the address that the console shows");
    }
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    return switch (request.path()) {
      case "/validate", "/install" ->
          request.method().equals("POST") ? posted(request) : notAllowed("POST");
      case "/disks" ->
          reads ? gated(request, request.query(), true, _ -> disks()) : notAllowed("GET");
      case "/ws" -> reads ? follow(request) : notAllowed("GET");
      default -> {
        Optional<HttpResponse> page = Pages.at(request.path());
        if (page.isPresent() && !reads) {
          yield notAllowed("GET");
        }
        yield page.orElseGet(() -> HttpResponse.text(404, "there is no such page"));
      }
    };
  }

  private static HttpResponse notAllowed(String method) {
    return HttpResponse.text(405, "use " + method).with("Allow", method);
  }

  /** Nothing from elsewhere is loaded, nobody frames the pages, no address with a token is told. */
  private static HttpResponse secured(HttpResponse response) {
    return response
        .with(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr"
                + " 'unsafe-inline'; img-src 'self'; connect-src 'self'; form-action 'self';"
                + " base-uri 'none'; frame-ancestors 'none'")
        .with("X-Content-Type-Options", "nosniff")
        .with("Referrer-Policy", "same-origin") // without any a form says that its origin is null
        .with("Cross-Origin-Resource-Policy", "same-origin")
        .with("Cache-Control", "no-store");
  }

  // ---- who may

  /** What only somebody with the token gets. */
  @FunctionalInterface
  private interface Guarded {
    Reply answer(Map<String, String> fields);
  }

  private Reply gated(
      HttpRequest request, Map<String, String> fields, boolean cookieCounts, Guarded guarded) {
    Optional<String> presented =
        request.header(TOKEN_HEADER).or(() -> Optional.ofNullable(fields.get(TOKEN_FIELD)));
    if (cookieCounts) {
      presented = presented.or(() -> request.cookie(COOKIE));
    }
    return switch (gate.decide(request.peer(), presented)) {
      case Gate.Decision.Granted _ -> remembering(guarded.answer(fields), presented.orElseThrow());
      case Gate.Decision.Missing _ ->
          HttpResponse.text(401, "this needs the token that the console shows");
      case Gate.Decision.Wrong _ -> HttpResponse.text(401, "that is not the token of the console");
      case Gate.Decision.Wait(var left) ->
          HttpResponse.text(429, "too many wrong tokens: wait " + (left.toSeconds() + 1) + " s")
              .with("Retry-After", Long.toString(left.toSeconds() + 1));
    };
  }

  /** So that the WebSocket, which takes no header from a page, knows the visitor. */
  private static Reply remembering(Reply reply, String token) {
    return reply instanceof HttpResponse response
        ? response.with(
            "Set-Cookie",
            COOKIE
                + "="
                + token.replaceAll("[^0-9A-Za-z-]", "")
                + "; Path=/; HttpOnly; SameSite=Strict")
        : reply;
  }

  private Reply posted(HttpRequest request) {
    if (!VisitedHost.isOwnOrigin(request)) {
      return HttpResponse.text(403, "a page of somebody else's may not do this");
    }
    Map<String, String> fields = new LinkedHashMap<>(request.query());
    try {
      fields.putAll(body(request));
    } catch (InvalidConfig | IllegalArgumentException e) {
      return HttpResponse.text(400, e.getMessage());
    }
    return switch (request.contentType()) {
      case "", "application/x-www-form-urlencoded", "application/json" ->
          gated(
              request,
              fields,
              false,
              request.path().equals("/install")
                  ? this::install
                  : form -> validate(form.getOrDefault(LABEL, ""), wantsJson(request)));
      default ->
          HttpResponse.text(
              415,
              "send application/x-www-form-urlencoded or application/json, not a "
                  + request.contentType());
    };
  }

  private static Map<String, String> body(HttpRequest request) {
    return switch (request.contentType()) {
      case "application/x-www-form-urlencoded" -> FormFields.parse(request.body());
      case "application/json" -> {
        Map<String, String> fields = new LinkedHashMap<>();
        JsonObject.of("the body", Json.parse("the body", request.body()))
            .members()
            .forEach((name, value) -> fields.put(name, String.valueOf(value)));
        yield fields;
      }
      default -> Map.of();
    };
  }

  // ---- what they may do

  private static boolean wantsJson(HttpRequest request) {
    return request.header("accept").orElse("").contains("application/json");
  }

  /** As text it is empty when a validation succeeds; as JSON it has the warnings too. */
  private HttpResponse validate(String document, boolean asJson) {
    Validation found = new CloudConfigCheck(host).toInstallWith(document, LABEL);
    List<Problem> errors = new ArrayList<>(found.errors());
    errors.addAll(found.doubts());
    return asJson
        ? HttpResponse.of(
            200, HttpResponse.JSON, Json.write(CloudConfigCheck.asTree(errors, found.warnings())))
        : HttpResponse.of(
            200,
            HttpResponse.TEXT,
            errors.stream().map(Problem::render).collect(Collectors.joining("\n")));
  }

  private HttpResponse install(Map<String, String> fields) {
    String device =
        Optional.of(fields.getOrDefault("installation-device", "").strip())
            .filter(text -> !text.isEmpty())
            .orElse("auto");
    if (!device.matches(DEVICE) || device.contains("..")) {
      return Pages.message(
          Pages.Gravity.DANGER, "'" + device + "' is no disk: name one as /dev/…, or auto.");
    }
    try {
      installation.start(
          new ManualInstall(
              fields.getOrDefault(LABEL, ""),
              Optional.of(device),
              Optional.empty(),
              "on".equals(fields.get("reboot")),
              "on".equals(fields.get("power-off")),
              false));
      return HttpResponse.seeOther("progress.html");
    } catch (HostFailure e) {
      return Pages.message(Pages.Gravity.DANGER, e.getMessage());
    }
  }

  private HttpResponse disks() {
    try {
      return HttpResponse.of(
          200, HttpResponse.JSON, Json.write(DiskList.of(InstallTargets.observe(host))));
    } catch (KairosException e) {
      return HttpResponse.text(500, e.getMessage());
    }
  }

  private Reply follow(HttpRequest request) {
    return VisitedHost.isOwnOrigin(request)
        ? gated(request, request.query(), true, _ -> new Upgrade(this::tell))
        : HttpResponse.text(403, "a page of somebody else's may not listen");
  }

  private void tell(WebSocket socket) throws IOException, InterruptedException {
    Optional<InstallLog> log = installation.log();
    if (log.isEmpty()) {
      socket.send(NO_PROCESS);
      return;
    }
    boolean wasOver = log.get().exitCode().isPresent();
    long next = 0;
    OptionalInt code = OptionalInt.empty();
    while (code.isEmpty()) {
      InstallLog.News news = log.get().await(next, BETWEEN_PINGS);
      for (String line : news.lines()) {
        socket.send(line);
      }
      if (news.lines().isEmpty()) {
        socket.ping();
      }
      next = news.next();
      code = news.exitCode();
    }
    if (wasOver) {
      socket.send(STOPPED);
    }
    socket.send(code.getAsInt() == 0 ? FINISHED : FAILED.formatted(code.getAsInt()));
  }
}
