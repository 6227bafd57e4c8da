package io.kairos.base;

import java.util.List;
import java.util.stream.Collectors;

/** A text has to be mended by whoever wrote it; nothing was changed. */
public final class InvalidConfig extends KairosException {
  private static final long serialVersionUID = 1L;
  private final transient List<Problem> problems;

  public InvalidConfig(List<Problem> problems) {
    super(problems.stream().map(Problem::render).collect(Collectors.joining("\n")), null);
    this.problems = List.copyOf(problems);
  }

  public InvalidConfig(Problem problem) {
    this(List.of(problem));
  }

  public List<Problem> problems() {
    return problems;
  }
}
