package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The few requests that the kit itself makes; tests bring a client of their own. */
public final class ApiClient implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /**
   * What the server said.
   *
   * @param status of HTTP
   * @param body JSON, except for health checks
   */
  public record Answer(int status, String body) {
    public boolean succeeded() {
      return status / 100 == 2;
    }

    public JsonObject object() {
      return parsed(body);
    }
  }

  private final Kubeconfig access;
  private final HttpClient http;

  public ApiClient(Kubeconfig access) {
    this.access = access;
    this.http =
        HttpClient.newBuilder()
            .sslContext(trusting(access.certificate()))
            .connectTimeout(DEADLINE)
            .version(HttpClient.Version.HTTP_1_1) // a connection each, so none outlives its server
            .build();
  }

  static SSLContext trusting(String certificate) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "server",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(certificate.getBytes(StandardCharsets.UTF_8))));
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new HostFailure(
          "cannot trust the certificate of " + certificate.length() + " octets", e);
    }
  }

  /**
   * Any request.
   *
   * @param path with its query, for example {@code /api/v1/nodes}
   * @param body JSON, when the method has one
   * @throws HostFailure when the server cannot be reached
   */
  public Answer request(String method, String path, Optional<Object> body) {
    HttpRequest request = prepared(method, path, body, "application/json");
    return answered(request, BodyHandlers.ofString(), Answer::new);
  }

  private static JsonObject parsed(String json) {
    String name = "an answer of the API server";
    return JsonObject.of(name, Json.parse(name, json));
  }

  private HttpRequest prepared(String method, String path, Optional<Object> body, String type) {
    return HttpRequest.newBuilder(URI.create(access.server() + path))
        .timeout(DEADLINE)
        .header("Authorization", "Bearer " + access.token())
        .header("Content-Type", type)
        .method(
            method,
            body.map(Json::write).map(BodyPublishers::ofString).orElse(BodyPublishers.noBody()))
        .build();
  }

  private <B, T> T answered(
      HttpRequest request, BodyHandler<B> handler, BiFunction<Integer, B, T> result) {
    try {
      HttpResponse<B> response = http.send(request, handler);
      return result.apply(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new HostFailure("no answer to " + request.method() + " " + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted: " + request.method() + " " + request.uri(), e);
    }
  }

  /** Changes the fields that {@code patch} names (RFC 7386). */
  public Answer patch(String path, Object patch) {
    HttpRequest request =
        prepared("PATCH", path, Optional.of(patch), "application/merge-patch+json");
    return answered(request, BodyHandlers.ofString(), Answer::new);
  }

  /**
   * Hears of changes until the server ends it.
   *
   * @param path of a list, with {@code watch=true} in its query
   * @param each event, an object with {@code type} and {@code object}
   * @throws HostFailure when the server cannot be reached or the connection breaks
   */
  public void watch(String path, Consumer<JsonObject> each) {
    HttpRequest request = prepared("GET", path, Optional.empty(), "application/json");
    try (Stream<String> lines = answered(request, BodyHandlers.ofLines(), (status, body) -> body)) {
      lines.forEach(line -> each.accept(parsed(line)));
    } catch (UncheckedIOException e) {
      throw new HostFailure("the answer to " + request.uri() + " broke off", e);
    }
  }

  /**
   * An object.
   *
   * @return empty when the server does not know it
   * @throws HostFailure when it answers with anything else than the object or 404
   */
  public Optional<JsonObject> get(String path) {
    Answer answer = request("GET", path, Optional.empty());
    if (answer.status() == 404) {
      return Optional.empty();
    }
    return Optional.of(required("GET", path, answer));
  }

  /** What the server made of an object that was sent to be created. */
  public JsonObject post(String path, Object body) {
    return required("POST", path, request("POST", path, Optional.of(body)));
  }

  private static JsonObject required(String method, String path, Answer answer) {
    if (!answer.succeeded()) {
      throw new HostFailure(
          method + " " + path + " was answered with " + answer.status() + ": " + answer.body());
    }
    return answer.object();
  }

  /** Whether a request succeeds right now; a server that is not there is a no. */
  public boolean succeeds(String path) {
    try {
      return request("GET", path, Optional.empty()).succeeded();
    } catch (HostFailure notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
