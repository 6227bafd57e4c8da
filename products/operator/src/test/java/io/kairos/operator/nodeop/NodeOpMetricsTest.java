package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.operator.metrics.MetricsRegistry;
import io.kairos.operator.nodeop.NodeStatus.Step;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeOpMetricsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final MetricsRegistry registry = new MetricsRegistry();
  private final NodeOpMetrics metrics = new NodeOpMetrics(registry);
  private final NodeOp nodeOp = Specs.nodeOp("");

  private static NodeStatus in(Step step) {
    return NodeStatus.fresh(1).step(step, START.toString()).done();
  }

  private static NodeOpStatus status(Map<String, NodeStatus> nodes) {
    return new NodeOpStatus(
        "Running",
        nodes,
        null,
        null,
        null,
        new NodeOpStatus.Counts(2, 0, 2, 0, 0, 0),
        null,
        null,
        null,
        null);
  }

  @Test
  void aStepIsTimedWhenItsNodeLeavesIt() {
    nodeOp.setStatus(status(Map.of("a", in(Step.Drain), "b", in(Step.Drain))));

    metrics.counted(
        nodeOp,
        status(Map.of("a", in(Step.Job), "b", in(Step.Drain), "c", in(Step.Job))),
        START.plusSeconds(90));

    assertThat(registry.text())
        .contains(
            "kairos_nodeop_step_seconds_bucket{le=\"60.0\",step=\"Drain\"} 0\n",
            "kairos_nodeop_step_seconds_bucket{le=\"120.0\",step=\"Drain\"} 1\n",
            "kairos_nodeop_step_seconds_sum{step=\"Drain\"} 90\n",
            "kairos_nodeop_step_seconds_count{step=\"Drain\"} 1\n")
        .doesNotContain("step=\"Job\"");
  }

  @Test
  void nodesAreCountedUntilTheirNodeOpIsGone() {
    metrics.counted(nodeOp, status(Map.of()), START);
    assertThat(registry.text()).contains("state=\"in_progress\"} 2\n");
    metrics.forget(nodeOp);
    assertThat(registry.text()).doesNotContain("state=");
  }
}
