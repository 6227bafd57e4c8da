package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpFetcherTest {
  private final AtomicInteger requests = new AtomicInteger();
  private final HttpFetcher fetcher = new HttpFetcher(Duration.ofMillis(1));
  private HttpServer server;

  @BeforeEach
  void aServerThatAnswersAtTheThirdTime() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean answers =
              exchange.getRequestURI().getPath().equals("/third") && requests.get() >= 2;
          requests.incrementAndGet();
          byte[] body = "#cloud-config\n".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answers ? 200 : 503, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  @Test
  void threeAttemptsAreMade() {
    assertThat(fetcher.fetch(address("/third"))).isEqualTo("#cloud-config\n");
    assertThat(requests).hasValue(3);
  }

  @Test
  void afterThreeRefusalsItGivesUpAndSaysWhy() {
    assertThatThrownBy(() -> fetcher.fetch(address("/never")))
        .hasMessageContaining("/never: the server answered 503");
    assertThat(requests).hasValue(3);
  }

  @Test
  void onlyHttpIsFetched() {
    assertThatThrownBy(() -> fetcher.fetch(URI.create("file:///etc/passwd")))
        .hasMessageContaining("only http and https");
  }
}
