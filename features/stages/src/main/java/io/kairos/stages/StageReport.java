package io.kairos.stages;

import io.kairos.base.HostFailure;
import io.kairos.base.Problem;
import io.kairos.plan.GraphApplier.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a stage went.
 *
 * @param stage its name, without {@code .before} and {@code .after}
 * @param results of all steps that were reached, in order
 * @param problems of files and of the order of steps
 * @param took from begin to end
 */
public record StageReport(
    String stage, List<Result> results, List<Problem> problems, Duration took) {
  public StageReport {
    results = List.copyOf(results);
    problems = List.copyOf(problems);
  }

  public boolean succeeded() {
    return problems.isEmpty() && results.stream().allMatch(Result::isGood);
  }

  /** One line: how many steps did what, how long it took, and which step took longest. */
  public String summary() {
    int applied = 0;
    int skipped = 0;
    int failed = 0;
    String slowest = "";
    Duration longest = Duration.ZERO;
    for (Result result : results) {
      Duration own = Duration.ZERO;
      if (result instanceof Result.Applied done) {
        applied++;
        own = done.took();
      } else if (result instanceof Result.Failed broken) {
        failed++;
        own = broken.took();
      } else {
        skipped++;
      }
      if (own.compareTo(longest) > 0) {
        longest = own;
        slowest = result.id();
      }
    }
    var text = new StringBuilder("stage '").append(stage).append("': ");
    text.append(applied).append(" done, ").append(skipped).append(" skipped, ");
    text.append(failed).append(" failed");
    if (!problems.isEmpty()) {
      text.append(", ").append(problems.size()).append(" problems in files");
    }
    text.append(" in ").append(took.toMillis()).append(" ms");
    if (longest.toMillis() > 0) {
      text.append("; longest: '").append(slowest).append("' ");
      text.append(longest.toMillis()).append(" ms");
    }
    return text.toString();
  }

  /** What went wrong, one line each. */
  public List<String> errors() {
    List<String> errors = new ArrayList<>();
    problems.forEach(problem -> errors.add(problem.render()));
    for (Result result : results) {
      if (result instanceof Result.Failed failed) {
        errors.add("step '" + failed.id() + "': " + failed.cause().getMessage());
      }
    }
    return errors;
  }

  /**
   * @throws HostFailure with all errors, if there is one
   */
  public StageReport orThrow() {
    List<String> errors = errors();
    if (!errors.isEmpty()) {
      throw new HostFailure("stage '" + stage + "' failed:\n  " + String.join("\n  ", errors));
    }
    return this;
  }
}
