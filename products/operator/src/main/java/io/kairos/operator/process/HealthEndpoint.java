package io.kairos.operator.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kairos.base.HostFailure;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers the kubelet's probes: {@code /healthz} and {@code /readyz} are 200 "ok", or 500 with the
 * reason.
 */
public final class HealthEndpoint implements AutoCloseable {
  private final HttpServer server;

  private HealthEndpoint(HttpServer server) {
    this.server = server;
  }

  /**
   * @param unhealthy why this process should be started again, if it should
   * @param unready why this process cannot work now, if it cannot
   * @throws HostFailure if the address cannot be had
   */
  public static HealthEndpoint serve(
      String address, Supplier<Optional<String>> unhealthy, Supplier<Optional<String>> unready) {
    InetSocketAddress at = Address.parse("health-probe-bind-address", address);
    try {
      HttpServer server = HttpServer.create(at, 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/healthz", exchange -> answer(exchange, unhealthy.get()));
      server.createContext("/readyz", exchange -> answer(exchange, unready.get()));
      server.start();
      return new HealthEndpoint(server);
    } catch (IOException e) {
      throw new HostFailure("cannot serve probes at " + address, e);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, Optional<String> problem) throws IOException {
    byte[] body = problem.orElse("ok").getBytes(StandardCharsets.UTF_8);
    int code =
        problem.isEmpty() ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_INTERNAL_ERROR;
    exchange.sendResponseHeaders(code, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
