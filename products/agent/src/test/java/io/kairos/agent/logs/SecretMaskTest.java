package io.kairos.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretMaskTest {
  private final SecretMask mask = SecretMask.usual();

  @Test
  void secretsInTextsAreFoundByTheirForm() throws IOException {
    List<String> lines;
    try (var in = SecretMaskTest.class.getResourceAsStream("masked.txt")) {
      lines =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("# "))
              .toList();
    }
    assertThat(lines).hasSizeGreaterThan(10);
    for (int i = 0; i < lines.size(); i += 2) {
      assertThat(mask.text(lines.get(i))).isEqualTo(lines.get(i + 1));
    }
  }

  @Test
  void aPrivateKeyIsGoneAndItsLineEndsToo() {
    String key =
        "a\n-----BEGIN EC PRIVATE KEY-----\nhunter2\nhunter2\n-----END EC PRIVATE KEY-----\nb";
    assertThat(mask.text(key))
        .isEqualTo("a\n-----BEGIN EC PRIVATE KEY-----********-----END EC PRIVATE KEY-----\nb");
  }

  @Test
  void valuesAreHiddenByTheNameAboveThemAndTheirNumberIsNot() {
    Map<String, Object> tree =
        Map.of(
            "Tokens",
            List.of("hunter2", ""),
            "api_key",
            Map.of("id", 7L),
            "public_key",
            "open",
            "keyboard",
            "us",
            "size",
            1L);
    assertThat(mask.tree(tree))
        .isEqualTo(
            Map.of(
                "Tokens",
                List.of("********", ""),
                "api_key",
                Map.of("id", "********"),
                "public_key",
                "open",
                "keyboard",
                "us",
                "size",
                1L));
  }

  @Test
  void linesMadeToBeSlowAreNot() {
    String hostile = "token".repeat(200_000) + "\n" + "\"token\":\"" + "\\\"".repeat(500_000);
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> mask.text(hostile));
  }
}
