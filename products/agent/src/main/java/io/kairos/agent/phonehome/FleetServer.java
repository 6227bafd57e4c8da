package io.kairos.agent.phonehome;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.EnvironmentProxies;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A fleet server, over HTTP. Keys and tokens are in no message. */
final class FleetServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** For an image of some gigabytes over a slow line. */
  private static final Duration DOWNLOAD = Duration.ofHours(2);

  private static final int LONGEST_ANSWER = 1 << 20;

  /** The server does not accept who asks. */
  static final class NotAccepted extends Exception {
    private static final long serialVersionUID = 1L;

    NotAccepted(String message) {
      super(message);
    }
  }

  private final FleetSettings settings;
  private final HttpClient client;

  FleetServer(FleetSettings settings) {
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .proxy(EnvironmentProxies.ofThisProcess())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }

  /**
   * @throws NotAccepted when the registration token is wrong
   * @throws HostFailure on any other answer but a good one
   */
  NodeCredentials register(Map<String, Object> node) throws NotAccepted, InterruptedException {
    var request =
        HttpRequest.newBuilder(settings.registration())
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(node)))
            .build();
    try {
      HttpResponse<String> answer =
          client.send(
              request,
              BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), LONGEST_ANSWER));
      return switch (answer.statusCode()) {
        case 200, 201 -> credentials(answer.body());
        case 401 ->
            throw new NotAccepted(
                settings.url() + " does not accept the registration token of this node");
        default ->
            throw new HostFailure(
                "%s did not register this node: it answered %d: %s"
                    .formatted(settings.url(), answer.statusCode(), answer.body().strip()));
      };
    } catch (IOException e) {
      throw new HostFailure("cannot register at " + settings.url(), e);
    }
  }

  private NodeCredentials credentials(String body) {
    JsonObject answer =
        Json.parseObject(
            "the answer of " + settings.registration(), body.getBytes(StandardCharsets.UTF_8));
    return NodeCredentials.of(answer.requiredText("id"), answer.requiredText("apiKey"));
  }

  /**
   * @throws NotAccepted when the server does not know the key any more
   * @throws HostFailure when there is no connection
   */
  FleetConnection connect(NodeCredentials credentials, FleetConnection.Hearing hearing)
      throws NotAccepted, InterruptedException {
    var connection = new FleetConnection(hearing);
    var opening =
        client
            .newWebSocketBuilder()
            .connectTimeout(PATIENCE)
            .buildAsync(settings.session(credentials.key()), connection);
    try {
      var _ = opening.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return connection;
    } catch (ExecutionException e) {
      Optional<Integer> status = status(e.getCause());
      if (status.filter(code -> code == 401).isPresent()) {
        throw new NotAccepted(settings.url() + " does not know this node any more");
      }
      throw new HostFailure(
          "cannot connect to "
              + settings.url()
              + status.map(code -> ": it answered " + code).orElse(": " + reason(e.getCause())));
    } catch (TimeoutException e) {
      opening.cancel(true);
      throw new HostFailure("cannot connect to " + settings.url() + ": it does not answer");
    }
  }

  private static Optional<Integer> status(Throwable cause) {
    return cause instanceof WebSocketHandshakeException handshake && handshake.getResponse() != null
        ? Optional.of(handshake.getResponse().statusCode())
        : Optional.empty();
  }

  /** The address, which messages of the JDK may hold, has the key in it. */
  private static String reason(Throwable cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.replaceAll("token=[^\\s&]*", "token=********");
  }

  /**
   * Downloads an image, as often as the settings say where that may help.
   *
   * @param id of letters, digits, dots, dashes and underscores
   * @throws HostFailure of the last attempt
   */
  void download(String id, NodeCredentials credentials, Path target) throws InterruptedException {
    var pause = new Pause(settings.downloadPause());
    for (int attempt = 1; ; attempt++) {
      Optional<HostFailure> failure = attempt(id, credentials, target);
      if (failure.isEmpty()) {
        return;
      }
      if (attempt == settings.downloads()) {
        throw failure.get();
      }
      Thread.sleep(pause.next());
    }
  }

  /**
   * @return a failure that another attempt may not meet
   * @throws HostFailure when the server says no
   */
  private Optional<HostFailure> attempt(String id, NodeCredentials credentials, Path target)
      throws InterruptedException {
    URI address = settings.artifact(id, credentials.key());
    String what = "cannot download the image " + id + " from " + settings.url();
    Future<HttpResponse<Path>> download =
        client.sendAsync(
            HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
            BodyHandlers.ofFile(
                target, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
    try {
      int status = download.get(DOWNLOAD.toSeconds(), TimeUnit.SECONDS).statusCode();
      if (status == 200) {
        return Optional.empty();
      }
      var failure = new HostFailure(what + ": it answered " + status);
      if (status < 500) {
        throw failure;
      }
      return Optional.of(failure);
    } catch (ExecutionException e) {
      return Optional.of(new HostFailure(what + ": " + reason(e.getCause())));
    } catch (TimeoutException e) {
      download.cancel(true);
      return Optional.of(
          new HostFailure(what + ": it takes longer than " + DOWNLOAD.toHours() + " h"));
    }
  }
}
