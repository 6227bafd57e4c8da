package io.kairos.operator.rollout;

import io.kairos.operator.rollout.RolloutReport.Part;
import io.kairos.operator.rollout.RolloutReport.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How long the rest may take, by what parts before have taken. Clocks of other machines are never
 * compared with the one here: a part whose beginning and end were both seen is measured here, and
 * what the object tells is taken as differences of its own times. Not for concurrent use.
 */
final class RolloutEstimate {
  private final InstantSource clock;
  private final Map<String, Instant> begun = new HashMap<>();
  private final Map<String, Duration> measured = new HashMap<>();

  /** Nobody here has seen when these began. */
  private final Set<String> foundAtWork = new HashSet<>();

  /** Most parts that were seen at work at once. */
  private int lanes = 1;

  private boolean isFirst = true;
  private Optional<RolloutReport> latest = Optional.empty();

  RolloutEstimate(InstantSource clock) {
    this.clock = clock;
  }

  void observe(RolloutReport report) {
    Instant now = clock.instant();
    int working = 0;
    for (Part part : report.parts()) {
      switch (part.stage()) {
        case WORKING -> {
          working++;
          begun.putIfAbsent(part.name(), now);
          if (isFirst) {
            foundAtWork.add(part.name());
          }
        }
        case DONE, FAILED -> {
          Instant start = begun.remove(part.name());
          if (start != null && !foundAtWork.remove(part.name())) {
            measured.put(part.name(), Duration.between(start, now));
          }
        }
        case WAITING -> {
          begun.remove(part.name());
          foundAtWork.remove(part.name());
        }
      }
    }
    lanes = Math.max(lanes, working);
    isFirst = false;
    latest = Optional.of(report);
  }

  /** Empty when nothing is known, nothing is left, or it waits for something. */
  Optional<Duration> left() {
    return latest.filter(report -> !report.isFinished() && !report.isHeld()).flatMap(this::left);
  }

  private Optional<Duration> left(RolloutReport report) {
    Optional<Duration> each = each(report);
    if (each.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    List<Part> working =
        report.parts().stream().filter(part -> part.stage() == Stage.WORKING).toList();
    int waiting = report.total() - report.done() - working.size();
    int inARow = report.kind() == RolloutKind.ARTIFACT ? waiting : rounds(waiting);
    Duration longest =
        working.stream()
            .map(part -> each.get().minus(Duration.between(begun.get(part.name()), now)))
            .filter(Duration::isPositive)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    return waiting + working.size() == 0
        ? Optional.empty()
        : Optional.of(each.get().multipliedBy(Math.max(0, inARow)).plus(longest));
  }

  private int rounds(int parts) {
    return Math.ceilDiv(parts, lanes);
  }

  /** What one part takes. */
  private Optional<Duration> each(RolloutReport report) {
    var known = new ArrayList<Duration>();
    for (Part part : report.parts()) {
      if (part.stage() == Stage.DONE) {
        part.took().or(() -> Optional.ofNullable(measured.get(part.name()))).ifPresent(known::add);
      }
    }
    if (known.isEmpty()) {
      return report.done() == 0
          ? Optional.empty()
          : report.spent().map(spent -> spent.dividedBy(rounds(report.done())));
    }
    return Optional.of(
        known.stream().reduce(Duration.ZERO, Duration::plus).dividedBy(known.size()));
  }
}
