package io.kairos.agent.webui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestParserTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Optional<HttpRequest> parse(String text) throws Exception {
    return new RequestParser(
            new ByteArrayInputStream(
                text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1)),
            out,
            100)
        .parse(InetAddress.getLoopbackAddress());
  }

  @Test
  void aRequestIsReadAsItIs() throws Exception {
    HttpRequest request =
        parse(
                "POST /a%20b+c?x=1+2&y=%C3%A4&y=3&z HTTP/1.1|Host: here|COOKIE: a=1; token=t|"
                    + "Content-Type: text/plain; charset=utf-8|Content-Length: 3||abcdef")
            .orElseThrow();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/a b+c");
    assertThat(request.query()).isEqualTo(Map.of("x", "1 2", "y", "3", "z", ""));
    assertThat(request.header("HOST")).contains("here");
    assertThat(request.cookie("token")).contains("t");
    assertThat(request.cookie("oken")).isEmpty();
    assertThat(request.contentType()).isEqualTo("text/plain");
    assertThat(request.body()).isEqualTo("abc");
  }

  @Test
  void aClientThatWaitsIsToldToGoOn() throws Exception {
    parse("POST / HTTP/1.1|Host: h|Expect: 100-continue|Content-Length: 1||x");
    assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
  }

  @Test
  void nothingIsNoRequest() throws Exception {
    assertThat(parse("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      value = {
        "GET / HTTP/1.1||=400",
        "GET / HTTP/2||=505",
        "GET http://h/ HTTP/1.1|Host: h||=400",
        "GET /%zz HTTP/1.1|Host: h||=400",
        "G@T / HTTP/1.1|Host: h||=400",
        "hello|=400",
        "GET / HTTP/1.1|Host: h|no colon||=400",
        "GET / HTTP/1.1|Host: h|Host: i||=400",
        "GET / HTTP/1.1|Host : h||=400",
        "POST / HTTP/1.1|Host: h|Content-Length: -1||=400",
        "POST / HTTP/1.1|Host: h|Content-Length: 1|Content-Length: 2||=400",
        "POST / HTTP/1.1|Host: h|Content-Length: 101||=413",
        "POST / HTTP/1.1|Host: h|Content-Length: 99999999999||=413",
        "POST / HTTP/1.1|Host: h|Transfer-Encoding: chunked||=411",
      })
  void whatIsNotUnderstoodIsRefused(String request, int status) {
    assertThatThrownBy(() -> parse(request))
        .isInstanceOfSatisfying(
            Rejected.class, e -> assertThat(e.answer().status()).isEqualTo(status));
  }

  @Test
  void headersAreLimitedBeforeTheyFillTheMemory() {
    assertThatThrownBy(() -> parse("GET / HTTP/1.1|Host: h|X: " + "x".repeat(20_000)))
        .isInstanceOfSatisfying(
            Rejected.class, e -> assertThat(e.answer().status()).isEqualTo(431));
  }
}
