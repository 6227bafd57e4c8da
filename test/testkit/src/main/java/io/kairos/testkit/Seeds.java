package io.kairos.testkit;

import java.util.Random;

/**
 * Proves a property with drawn cases. The cases are the same each time; a failure names its seed,
 * {@code -Dseed=N} runs that one alone, and {@code -Dcases=N} draws more than usual.
 */
public final class Seeds {
  private Seeds() {}

  /** One case. */
  @FunctionalInterface
  public interface Property {
    void holds(Random random) throws Exception;
  }

  /**
   * @param usually how many cases there are unless {@code -Dcases} says more
   */
  public static void each(int usually, Property property) {
    Integer one = Integer.getInteger("seed");
    if (one != null) {
      check(one, property);
      return;
    }
    int cases = Math.max(usually, Integer.getInteger("cases", 0));
    for (int seed = 0; seed < cases; seed++) {
      check(seed, property);
    }
  }

  private static void check(int seed, Property property) {
    try {
      property.holds(new Random(seed));
    } catch (Exception | Error e) {
      throw new AssertionError("fails with seed " + seed + "; replay it with -Dseed=" + seed, e);
    }
  }
}
