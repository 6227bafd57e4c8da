package io.kairos.dist.workshop;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What was done and how long each part took. Not for concurrent use. */
public final class Timeline {
  /**
   * One part.
   *
   * @param reused an earlier run had done it
   */
  public record Entry(String what, Duration took, boolean reused) {}

  private final Clock clock;
  private final List<Entry> entries = new ArrayList<>();

  public Timeline(Clock clock) {
    this.clock = clock;
  }

  /** Does a part and remembers its time. */
  public <T> T measure(String what, Supplier<T> part) {
    Instant begin = clock.instant();
    T result = part.get();
    entries.add(new Entry(what, Duration.between(begin, clock.instant()), false));
    return result;
  }

  public void measure(String what, Runnable part) {
    Instant begin = clock.instant();
    part.run();
    entries.add(new Entry(what, Duration.between(begin, clock.instant()), false));
  }

  public void reused(String what) {
    entries.add(new Entry(what, Duration.ZERO, true));
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }
}
