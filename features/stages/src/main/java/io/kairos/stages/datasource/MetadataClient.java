package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.config.CloudConfigFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Asks metadata services: no request takes longer than two seconds, none is repeated. Its HTTP
 * client is made when first needed. Safe for concurrent use.
 */
final class MetadataClient {
  /** On the link of the machine; who does not answer by then is not there. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final UnaryOperator<URI> route;
  private final Resolver resolver;
  private final Duration patience;
  private HttpClient client;

  /** Asks for the addresses of a name, for as long as that takes. */
  @FunctionalInterface
  interface Resolver {
    void resolve(String name) throws UnknownHostException;
  }

  /**
   * @param route where an address really is; tests lead them to servers of their own
   */
  MetadataClient(UnaryOperator<URI> route) {
    this(route, InetAddress::getAllByName, PATIENCE);
  }

  /**
   * @param patience with one request
   */
  MetadataClient(UnaryOperator<URI> route, Resolver resolver, Duration patience) {
    this.route = route;
    this.resolver = resolver;
    this.patience = patience;
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
    awaitName(route(address).getHost());
    var request = HttpRequest.newBuilder(route(address)).timeout(patience);
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

  /**
   * The HTTP client's time limit does not hold while a name server is silent, which takes 20
   * seconds. Who is asked in vain is left behind; an answer is kept by the JDK for the request.
   */
  private void awaitName(String name) {
    var found = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                resolver.resolve(name);
                found.complete(null);
              } catch (UnknownHostException | RuntimeException e) {
                found.completeExceptionally(e);
              }
            });
    try {
      found.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new HostFailure("nobody is called " + name, e.getCause());
    } catch (TimeoutException e) {
      throw new HostFailure("no name server tells where " + name + " is", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while looking for " + name);
    }
  }

  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(patience)
              .build();
    }
    return client;
  }
}
