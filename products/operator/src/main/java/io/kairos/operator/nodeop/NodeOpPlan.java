package io.kairos.operator.nodeop;

import io.kairos.operator.EventRecorder.Severity;
import java.time.Instant;
import java.util.List;

/**
 * What is to be done now.
 *
 * @param status to be written first, if it differs
 * @param actions afterwards, in this order; those of one node end with the first that fails
 * @param tidings told once the status is written
 * @param wake when to look again although nothing has happened
 */
record NodeOpPlan(
    NodeOpStatus status, List<NodeOpAction> actions, List<Tiding> tidings, Instant wake) {
  /** An event about a node. */
  record Tiding(String node, Severity severity, String reason, String message) {
    static final String COMPLETED = "Completed";
    static final String SKIPPED = "Skipped";

    /** Whether it is what became of the node, rather than a step on the way. */
    boolean isFinal() {
      return severity == Severity.WARNING || reason.equals(COMPLETED) || reason.equals(SKIPPED);
    }
  }
}
