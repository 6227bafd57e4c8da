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
