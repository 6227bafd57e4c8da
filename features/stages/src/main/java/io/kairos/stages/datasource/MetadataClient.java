package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.config.CloudConfigFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Asks metadata services: no request takes longer than two seconds, none is repeated. Its HTTP
 * client is made when first needed. Safe for concurrent use.
 */
final class MetadataClient {
  /** On the link of the machine; who does not answer by then is not there. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final UnaryOperator<URI> route;
  private HttpClient client;

  /**
   * @param route where an address really is; tests lead them to servers of their own
   */
  MetadataClient(UnaryOperator<URI> route) {
    this.route = route;
  }

  /** The real address behind one that a platform documents. */
  URI route(URI address) {
    return route.apply(address);
  }

  /**
   * @return the body of an answer with status 200
   * @throws HostFailure when nobody answers
   */
  Optional<String> get(URI address, Map<String, String> headers) {
    return send("GET", address, headers, "");
  }

  /** As {@link #get} with any method and a body. */
  Optional<String> send(String method, URI address, Map<String, String> headers, String body) {
    var request = HttpRequest.newBuilder(route(address)).timeout(PATIENCE);
    switch (method) {
      case "GET" -> request.GET();
      default -> request.method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    headers.forEach(request::header);
    try {
      var answer =
          client()
              .send(
                  request.build(),
                  HttpResponse.BodyHandlers.limiting(
                      HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8),
                      CloudConfigFiles.LARGEST));
      return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
    } catch (IOException e) {
      throw new HostFailure("nobody answers at " + address, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while asking " + address);
    }
  }

  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(PATIENCE)
              .build();
    }
    return client;
  }
}
