package io.kairos.operator.nodeop;

/** What came of an action that did not simply work. */
sealed interface Outcome {
  NodeOpAction action();

  /** The API server itself does not know it. */
  record Missing(NodeOpAction action) implements Outcome {}

  /** Somebody's rule forbids it for now, such as a disruption budget. */
  record Refused(NodeOpAction action, String message) implements Outcome {}

  /** It did not work; it will be tried again. */
  record Failed(NodeOpAction action, String message) implements Outcome {}
}
