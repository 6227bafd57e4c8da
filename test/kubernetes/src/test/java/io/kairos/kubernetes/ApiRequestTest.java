package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiRequestTest {
  private static ByteArrayInputStream octets(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void onlyTheHeadIsRead() throws IOException {
    var in = octets("POST /api/v1/pods HTTP/1.1\r\nHost: a\r\nContent-length: 2\r\n\r\n{}");
    ApiRequest request = ApiRequest.read(in).orElseThrow();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.header("Content-Length")).contains("2");
    assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)).isEqualTo("{}");
  }

  @Test
  void aConnectionWithoutARequestIsNone() throws IOException {
    assertThat(ApiRequest.read(octets(""))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\nHost", "PRI * HTTP/2.0\r\n\r\n", "hello\r\n\r\n"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> ApiRequest.read(octets(text))).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/pods?watch=true, true",
    "/api/v1/pods?limit=1&watch=1&x=y, true",
    "/api/v1/pods?watch=false, false",
    "/api/v1/pods?unwatch=true, false",
    "/api/v1/pods, false"
  })
  void aWatchIsKnownByItsQuery(String target, boolean isWatch) {
    assertThat(new ApiRequest("GET", target, List.of()).isWatch()).isEqualTo(isWatch);
  }

  @Test
  void theServerIsToCloseTheConnection() {
    var request =
        new ApiRequest("GET", "/x", List.of("Host: proxy", "Connection: keep-alive", "A: b"));
    assertThat(new String(request.forwarded("server:1"), StandardCharsets.ISO_8859_1))
        .isEqualTo("GET /x HTTP/1.1\r\nHost: server:1\r\nA: b\r\nConnection: close\r\n\r\n");
  }

  @Test
  void anUpgradeStaysOne() {
    var request = new ApiRequest("GET", "/x", List.of("Connection: Upgrade", "Upgrade: websocket"));
    assertThat(new String(request.forwarded("server:1"), StandardCharsets.ISO_8859_1))
        .contains("Connection: Upgrade\r\n")
        .doesNotContain("close");
  }
}
