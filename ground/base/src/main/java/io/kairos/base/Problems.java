package io.kairos.base;

import java.util.ArrayList;
import java.util.List;

/** Collects every problem of an input before anything fails. Not for concurrent use. */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();

  public void add(Problem problem) {
    found.add(problem);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  public List<Problem> list() {
    return List.copyOf(found);
  }

  /**
   * @throws InvalidConfig with all problems, if there is one
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new InvalidConfig(list());
    }
  }
}
