package io.kairos.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.operator.nodeop.NodeOpStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RolloutReportTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:10:00Z");
  private static final String RUNNING =
      """
      phase: Running
      message: 2 of 6 nodes done, 0 failed
      startTime: "2026-03-01T10:00:00Z"
      counts: {total: 6, pending: 3, inProgress: 1, succeeded: 2, skipped: 0, failed: 0}
      nodeStatuses:
        a: {phase: Completed, jobName: j, message: Job completed successfully, fromVersion: v1, toVersion: v2}
        b: {phase: Pending, jobName: k, step: Drain, message: "Draining: pod apps/web: budget says no"}
      """;

  private static RolloutReport report(String yaml) {
    return RolloutReport.of(new KubernetesSerialization().unmarshal(yaml, NodeOpStatus.class), NOW);
  }

  @Test
  void eachNodeTellsItsStepAndReasonAndTheWholeAnEstimate() {
    assertThat(report(RUNNING).since(RolloutReport.none()))
        .containsExactly(
            "  a: Completed Job completed successfully [v1 -> v2]",
            "  b: Drain Draining: pod apps/web: budget says no",
            "Running: 2 of 6 nodes done, 0 failed, about 20 min left");
  }

  @Test
  void onlyWhatChangesIsToldAgain() {
    RolloutReport later = report(RUNNING.replace("step: Drain", "step: StartJob"));
    assertThat(report(RUNNING).since(report(RUNNING))).isEmpty();
    assertThat(later.since(report(RUNNING)))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("  b: StartJob");
  }

  @Test
  void itEndsWithTheNodeOp() {
    String ended =
        RUNNING.replace("Running", "Failed") + "completionTime: \"2026-03-01T10:10:00Z\"\n";
    assertThat(report(ended).finished()).isTrue();
    assertThat(report(ended).failed()).isTrue();
    assertThat(report(ended).summary()).doesNotContain("left");
  }
}
