package io.kairos.stages.datasource;

import io.kairos.stages.StepContext;
import java.util.Optional;

/** One place that may know what this machine should be. */
interface Datasource {
  /** As users write it in {@code providers}. */
  String name();

  /** Whether it can only be reached over a network. */
  default boolean needsNetwork() {
    return true;
  }

  /**
   * Asks, within a few seconds.
   *
   * @return empty when this machine is not there, or the place has nothing to say
   * @throws io.kairos.base.KairosException when it is there and does not make sense
   */
  Optional<UserData> fetch(StepContext context);
}
