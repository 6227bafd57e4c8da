package io.kairos.dist.workshop;

import io.kairos.operator.rollout.RolloutReport;
import io.kairos.operator.rollout.RolloutReport.Part;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** For pipes and logs: a line for each change, and only for changes. */
final class RolloutLines extends RolloutStream {
  private final Map<String, String> told = new HashMap<>();
  private String summary = "";

  RolloutLines(PrintStream out, PrintStream err) {
    super(out, err);
  }

  @Override
  public void changed(RolloutReport now, Optional<Duration> left) {
    if (summary.isEmpty()) {
      out.println(RolloutText.title(now));
    }
    for (Part part : now.parts()) {
      String line = RolloutText.line(part);
      if (!line.equals(told.put(part.name(), line))) {
        out.println("  " + line);
      }
    }
    // An estimate alone is no change.
    String without = RolloutText.summary(now, Optional.empty());
    if (!without.equals(summary)) {
      summary = without;
      out.println(RolloutText.summary(now, left));
    }
    if (now.isFinished()) {
      RolloutText.closing(now).forEach(out::println);
    }
    requireReader(now);
  }
}
