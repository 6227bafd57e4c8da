package io.kairos.agent.webui;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class AccessTokenTest {
  private final AccessToken token = AccessToken.draw(new SecureRandom());

  @Test
  void peopleMayTypeItAsTheyLike() {
    String shown = token.shown();
    assertThat(shown).matches("([2-9a-hjkmnp-z]{4}-){2}[2-9a-hjkmnp-z]{4}");
    assertThat(token.matches(shown)).isTrue();
    assertThat(token.matches(shown.toUpperCase(Locale.ROOT))).isTrue();
    assertThat(token.matches(" " + shown.replace("-", " ") + "\n")).isTrue();
  }

  @Test
  void nothingElseMatches() {
    assertThat(token.matches("")).isFalse();
    assertThat(token.matches(token.shown().substring(1))).isFalse();
    assertThat(token.matches(token.shown() + "2")).isFalse();
    assertThat(token.matches(AccessToken.draw(new SecureRandom()).shown())).isFalse();
  }

  @Test
  void itDoesNotShowInTexts() {
    assertThat(token.toString()).doesNotContain(token.shown());
  }
}
