package io.kairos.plan;

/** What the failure of a step means. */
public enum Policy {
  /** Ends the plan. */
  MUST,
  /** Ends the plan in strict mode, otherwise a warning. */
  STRICT,
  /** A warning. */
  SHOULD,
  /** A note. */
  MAY;

  boolean endsPlan(boolean strict) {
    return this == MUST || (this == STRICT && strict);
  }
}
