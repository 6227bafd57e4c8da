package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** A server without end cannot fill the memory. */
  @Test
  void whatIsLargerThanAnyConfigIsGivenUp() {
    server.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            for (int i = 0; i <= CloudConfigFiles.LARGEST >> 20; i++) {
              body.write(new byte[1 << 20]);
            }
          } catch (IOException theOtherSideHungUp) {
            requests.incrementAndGet();
          }
        });
    assertThatThrownBy(() -> fetcher.fetch(address("/endless")))
        .hasMessageContaining("cannot fetch")
        .hasRootCauseInstanceOf(IOException.class);
  }

  /** Also what stages fetch, keys of users among it, comes this way. */
  @Test
  void aServerThatNobodyVouchesForIsNotBelieved(@TempDir Path folder) throws Exception {
    Path keys = folder.resolve("keys.p12");
    String secret = "changeit";
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-keystore",
                keys.toString(),
                "-storepass",
                secret)
            .redirectErrorStream(true)
            .start();
    assertThat(made.waitFor())
        .as(new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isZero();
    var store = KeyStore.getInstance(keys.toFile(), secret.toCharArray());
    var managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, secret.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    HttpsServer secure =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    try {
      secure.setHttpsConfigurator(new HttpsConfigurator(context));
      secure.createContext("/", exchange -> requests.incrementAndGet());
      secure.start();
      URI address = URI.create("https://127.0.0.1:" + secure.getAddress().getPort() + "/");
      assertThatThrownBy(() -> fetcher.fetch(address))
          .hasMessageContaining("cannot fetch " + address)
          .hasStackTraceContaining("unable to find valid certification path");
      assertThat(requests).hasValue(0);
    } finally {
      secure.stop(0);
    }
  }

  @Test
  void onlyHttpIsFetched() {
    assertThatThrownBy(() -> fetcher.fetch(URI.create("file:///etc/passwd")))
        .hasMessageContaining("only http and https");
  }
}
