package io.kairos.operator.nodeop;

import io.kairos.operator.metrics.MetricsRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Nodes of each NodeOp by where they are, and how long the steps of nodes take. */
final class NodeOpMetrics {
  private static final String NODES = "kairos_nodeop_nodes";
  private static final String STEP = "kairos_nodeop_step_seconds";
  private static final List<String> STATES =
      List.of("pending", "in_progress", "succeeded", "skipped", "failed");

  private final MetricsRegistry registry;
  private final Map<String, NodeOpStatus.Counts> latest = new ConcurrentHashMap<>();

  NodeOpMetrics(MetricsRegistry registry) {
    this.registry = registry;
  }

  /**
   * @param nodeOp with the status of before
   * @param status that has just been written
   */
  void counted(NodeOp nodeOp, NodeOpStatus status, Instant now) {
    Map<String, NodeStatus> before = nodeOp.statusOrEmpty().entries();
    status.entries().forEach((node, after) -> timed(before.get(node), after, now));
    var meta = nodeOp.getMetadata();
    if (latest.put(meta.getUid(), status.counts()) == null) {
      for (String state : STATES) {
        registry.gauge(
            NODES,
            "Nodes of a NodeOp by state",
            () -> value(meta.getUid(), state),
            labels(nodeOp, state));
      }
    }
  }

  private void timed(NodeStatus before, NodeStatus after, Instant now) {
    if (before == null || before.step() == null || before.since() == null) {
      return;
    }
    if (before.step() != after.step() || before.attemptNumber() != after.attemptNumber()) {
      registry
          .longHistogram(STEP, "How long nodes were in a step", "step", before.step().name())
          .observe(Duration.between(Instant.parse(before.since()), now).toMillis() / 1000.0);
    }
  }

  void forget(NodeOp nodeOp) {
    latest.remove(nodeOp.getMetadata().getUid());
    STATES.forEach(state -> registry.removeGauge(NODES, labels(nodeOp, state)));
  }

  private double value(String uid, String state) {
    var counts = latest.get(uid);
    if (counts == null) {
      return 0;
    }
    return switch (state) {
      case "pending" -> counts.pending();
      case "in_progress" -> counts.inProgress();
      case "succeeded" -> counts.succeeded();
      case "skipped" -> counts.skipped();
      default -> counts.failed();
    };
  }

  private static String[] labels(NodeOp nodeOp, String state) {
    var meta = nodeOp.getMetadata();
    return new String[] {
      "namespace", meta.getNamespace(), "nodeop", meta.getName(), "state", state
    };
  }
}
