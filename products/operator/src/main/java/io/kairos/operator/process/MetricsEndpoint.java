package io.kairos.operator.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kairos.base.HostFailure;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.metrics.MetricsRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;

/**
 * Serves {@code /metrics}: by HTTPS to callers whom the API server authenticates and lets {@code
 * get} that path, or, unguarded, by HTTP.
 */
public final class MetricsEndpoint implements AutoCloseable {
  private static final Logger LOG = System.getLogger(MetricsEndpoint.class.getName());
  private static final String PATH = "/metrics";
  private static final String BEARER = "Bearer ";

  private final HttpServer server;
  private final MetricsRegistry metrics;
  private final Optional<CallerReview> review;

  private MetricsEndpoint(
      HttpServer server, MetricsRegistry metrics, Optional<CallerReview> review) {
    this.server = server;
    this.metrics = metrics;
    this.review = review;
  }

  /**
   * @throws HostFailure if the address cannot be had or the certificate cannot be read
   */
  public static MetricsEndpoint serve(
      OperatorOptions options,
      MetricsRegistry metrics,
      KubernetesClient client,
      InstantSource clock) {
    InetSocketAddress at = Address.parse("metrics-bind-address", options.metricsAddress());
    try {
      HttpServer server = options.secureMetrics() ? HttpsServer.create() : HttpServer.create();
      if (server instanceof HttpsServer https) {
        var tls = new ServerTls(options.metricsCertificate());
        https.setHttpsConfigurator(
            new HttpsConfigurator(tls.context()) {
              @Override
              public void configure(HttpsParameters parameters) {
                var parametersOfTls = getSSLContext().getDefaultSSLParameters();
                parametersOfTls.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                parameters.setSSLParameters(parametersOfTls);
              }
            });
      }
      server.bind(at, 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      Optional<CallerReview> review =
          options.secureMetrics() ? Optional.of(new CallerReview(client, clock)) : Optional.empty();
      var endpoint = new MetricsEndpoint(server, metrics, review);
      server.createContext(PATH, endpoint::answer);
      server.start();
      return endpoint;
    } catch (IOException e) {
      throw new HostFailure("cannot serve metrics at " + options.metricsAddress(), e);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    int code = review.isEmpty() ? HttpURLConnection.HTTP_OK : reviewed(exchange, review.get());
    String text =
        switch (code) {
          case HttpURLConnection.HTTP_OK -> metrics.text();
          case HttpURLConnection.HTTP_UNAUTHORIZED -> "Unauthorized\n";
          case HttpURLConnection.HTTP_FORBIDDEN -> "Forbidden\n";
          default -> "Authentication failed\n";
        };
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    exchange.sendResponseHeaders(code, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static int reviewed(HttpExchange exchange, CallerReview review) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null || !header.startsWith(BEARER)) {
      return HttpURLConnection.HTTP_UNAUTHORIZED;
    }
    try {
      return switch (review.of(header.substring(BEARER.length()).strip(), PATH)) {
        case ALLOWED -> HttpURLConnection.HTTP_OK;
        case UNKNOWN_CALLER -> HttpURLConnection.HTTP_UNAUTHORIZED;
        case FORBIDDEN -> HttpURLConnection.HTTP_FORBIDDEN;
      };
    } catch (KubernetesClientException e) {
      LOG.log(Level.WARNING, "nobody gets metrics: the API server does not review", e);
      return HttpURLConnection.HTTP_INTERNAL_ERROR;
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
