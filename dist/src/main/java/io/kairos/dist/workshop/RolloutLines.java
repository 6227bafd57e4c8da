package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.operator.rollout.RolloutListener;
import io.kairos.operator.rollout.RolloutReport;
import io.kairos.operator.rollout.RolloutReport.Part;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** For pipes and logs: a line for each change, and only for changes. */
final class RolloutLines implements RolloutListener {
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> told = new HashMap<>();
  private String summary = "";

  RolloutLines(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
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
    if (out.checkError()) {
      throw new HostFailure("nobody reads this any more; " + RolloutText.title(now) + " goes on");
    }
  }

  @Override
  public void lost(String why) {
    err.println("the API server does not answer (" + why + "); asking until it does");
  }

  @Override
  public void regained() {
    err.println("the API server answers again");
  }
}
