package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FaultTest {
  @Test
  void anAnswerLooksLikeAnApiServers() {
    assertThat(new String(Fault.Answer.of(429).render(), StandardCharsets.US_ASCII))
        .startsWith("HTTP/1.1 429 TooManyRequests\r\n")
        .contains("\r\nRetry-After: 1\r\n", "\"kind\":\"Status\"", "\"code\":429");
  }
}
