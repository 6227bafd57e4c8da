package io.kairos.images;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often and how soon something is tried again that may work later.
 *
 * @param attempts in all, at least one
 * @param first pause after the first failure; each further one is twice as long
 * @param longest no pause is longer, also not when the server asks for it
 */
public record RetryPolicy(int attempts, Duration first, Duration longest) {
  /** For a node that should not give up on a short outage, nor wait for a dead server all day. */
  public static final RetryPolicy USUAL =
      new RetryPolicy(6, Duration.ofMillis(500), Duration.ofSeconds(60));

  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("a retry policy needs an attempt");
    }
  }

  /**
   * A pause with up to a quarter more or less, so that many nodes do not come back together.
   *
   * @param failures so far, at least one
   * @param asked what the server asked for, or zero
   */
  Duration pause(int failures, Duration asked) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, 20));
    Duration base = asked.compareTo(doubled) > 0 ? asked : doubled;
    Duration limited = base.compareTo(longest) > 0 ? longest : base;
    long millis = limited.toMillis();
    long spread = millis / 4;
    return Duration.ofMillis(
        millis + (spread == 0 ? 0 : ThreadLocalRandom.current().nextLong(-spread, spread + 1)));
  }
}
