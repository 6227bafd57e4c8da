package io.kairos.plan;

import java.time.Duration;
import java.util.Optional;

/** Hears what an {@link Applier} does. Called from the applier's thread, except details. */
public interface Progress {
  Progress SILENT = event -> {};

  void on(Event event);

  /** What happened. */
  sealed interface Event {
    record Started(String plan, int index, int count, Step step, Optional<String> milestone)
        implements Event {}

    record Advanced(Step step, long amount, long total) implements Event {}

    record Detail(Step step, String line) implements Event {}

    record Finished(Step step, Duration took) implements Event {}

    record Failed(Step step, Policy policy, boolean endsPlan, RuntimeException cause)
        implements Event {}

    record Released(Step step, Optional<RuntimeException> failure) implements Event {}

    record Ended(String plan, Duration took, boolean succeeded) implements Event {}
  }

  /** Both hear everything. */
  default Progress and(Progress other) {
    return event -> {
      on(event);
      other.on(event);
    };
  }
}
