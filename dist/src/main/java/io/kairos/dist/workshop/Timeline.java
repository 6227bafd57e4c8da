package io.kairos.dist.workshop;

import io.kairos.formats.json.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** For {@code kairos bench} and other programs. */
  public String toJson() {
    return Json.pretty(
        entries.stream()
            .map(
                entry ->
                    Map.of(
                        "what", entry.what(),
                        "seconds", entry.took().toMillis() / 1000.0,
                        "reused", entry.reused()))
            .toList());
  }

  public List<Entry> entries() {
    return List.copyOf(entries);
  }
}
