package io.kairos.operator.rollout;

import java.time.Duration;
import java.util.Optional;

/** Hears what becomes of a rollout, from one thread. */
public interface RolloutListener {
  /**
   * It looks different than before; the first call tells what was found, the last how it ended.
   *
   * @param left estimate, if there is one
   */
  void changed(RolloutReport now, Optional<Duration> left);

  /** A second has gone by without a change. */
  default void passed(RolloutReport now, Optional<Duration> left) {}

  /** The API server does not answer; it is asked again until it does. */
  void lost(String why);

  /** It answers again. */
  void regained();
}
