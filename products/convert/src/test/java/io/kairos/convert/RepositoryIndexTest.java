package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.kairos.base.HostFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepositoryIndexTest {
  private static final String RELEASE =
      """
      -----BEGIN PGP SIGNED MESSAGE-----
      Hash: SHA256

      Origin: Debian
      Date: Sat, 21 Nov 2026 09:15:44 UTC
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private HttpServer mirror;

  @BeforeEach
  void startMirror() throws IOException {
    mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mirror.start();
  }

  @AfterEach
  void stopMirror() {
    mirror.stop(0);
    http.close();
  }

  private String url() {
    return "http://127.0.0.1:" + mirror.getAddress().getPort() + "/debian";
  }

  /** Announces more than it sends when {@code length} is larger than the text. */
  private void serve(int status, String text, int length) {
    mirror.createContext(
        "/debian/dists/trixie/InRelease",
        exchange -> {
          exchange.sendResponseHeaders(status, length);
          exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
  }

  @Test
  void theDateOfARepositoryIsRead() {
    serve(200, RELEASE, RELEASE.length());

    RepositoryIndex index = RepositoryIndex.fetch(http, url(), "trixie");

    assertThat(index.date()).isEqualTo(Instant.parse("2026-11-21T09:15:44Z"));
    assertThat(index.digest()).hasSize(64);
  }

  @Test
  void anAnswerThatEndsEarlyIsAFailureOfTheMirror() {
    serve(200, RELEASE, RELEASE.length() + 1000);

    assertThatThrownBy(() -> RepositoryIndex.fetch(http, url(), "trixie"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("the mirror does not answer: " + url())
        .hasMessageContaining("try: check the network");
  }

  @Test
  void aMirrorWithoutTheSuiteIsNamedWithItsAnswer() {
    assertThatThrownBy(() -> RepositoryIndex.fetch(http, url(), "trixie"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("the mirror answers 404 for " + url() + "/dists/trixie/InRelease");
  }

  @Test
  void aMirrorThatIsNotThereIsAFailureWithARemedy() throws IOException {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }

    assertThatThrownBy(() -> RepositoryIndex.fetch(http, "http://127.0.0.1:" + port, "trixie"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("--mirror");
  }

  @Test
  void aLoginPageIsNoRepository() {
    serve(200, "<html>welcome</html>", 20);

    assertThatThrownBy(() -> RepositoryIndex.fetch(http, url(), "trixie"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("no repository");
  }
}
