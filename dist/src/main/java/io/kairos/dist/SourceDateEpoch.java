package io.kairos.dist;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Results are reproducible to the byte when it is set (reproducible-builds.org). */
public final class SourceDateEpoch {
  private static final String NAME = "SOURCE_DATE_EPOCH";

  private SourceDateEpoch() {}

  /**
   * @throws InvalidConfig when it is no number of seconds
   */
  public static Optional<Instant> of(Map<String, String> environment) {
    String text = environment.getOrDefault(NAME, "");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!text.matches("[0-9]{1,11}")) {
      throw new InvalidConfig(
          Problem.of(NAME + " is '" + text + "'").withRemedy("seconds since 1970, as date +%s"));
    }
    return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
  }
}
