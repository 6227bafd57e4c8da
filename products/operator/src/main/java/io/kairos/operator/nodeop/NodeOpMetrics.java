package io.kairos.operator.nodeop;

import io.kairos.operator.metrics.MetricsRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Nodes of each NodeOp by where they are. */
final class NodeOpMetrics {
  private static final String NODES = "kairos_nodeop_nodes";
  private static final List<String> STATES =
      List.of("pending", "in_progress", "succeeded", "skipped", "failed");

  private final MetricsRegistry registry;
  private final Map<String, NodeOpStatus.Counts> latest = new ConcurrentHashMap<>();

  NodeOpMetrics(MetricsRegistry registry) {
    this.registry = registry;
  }

  void counted(NodeOp nodeOp, NodeOpStatus status) {
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
