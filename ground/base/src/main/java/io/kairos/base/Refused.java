package io.kairos.base;

import java.util.Optional;

/** A safety gate said no. Nothing was touched. */
public final class Refused extends KairosException {
  private static final long serialVersionUID = 1L;
  private final transient Problem problem;

  public Refused(Problem problem) {
    super(problem.render(), null);
    this.problem = problem;
  }

  public Refused(String what, String remedy) {
    this(Problem.of(what).withRemedy(remedy));
  }

  public Refused(String what, Optional<Position> where, String remedy) {
    this(new Problem(what, where, Optional.of(remedy)));
  }

  public Problem problem() {
    return problem;
  }
}
