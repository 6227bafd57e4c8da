package io.kairos.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.rollout.RolloutReport.Part;
import io.kairos.operator.rollout.RolloutReport.Stage;
import io.kairos.operator.rollout.RolloutReport.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RolloutReportTest {
  private static final String NODES =
      """
      apiVersion: operator.kairos.io/v1alpha1
      kind: NodeOp
      metadata: {name: op, namespace: default, generation: 1}
      status:
        phase: Running
        observedGeneration: 1
        message: 2 of 6 nodes done, 0 failed
        counts: {total: 6, pending: 3, inProgress: 1, succeeded: 2, skipped: 0, failed: 0}
        conditions:
          - {type: Progressing, status: "True", reason: Running, message: "2 of 6 nodes done, 0 failed", lastTransitionTime: "2026-03-01T10:00:00Z"}
        nodeStatuses:
          a: {phase: Completed, jobName: j, message: Job completed successfully, fromVersion: v1, toVersion: v2, lastUpdated: "2026-03-01T10:05:00Z"}
          b: {phase: Pending, jobName: k, step: Drain, message: "Draining: pod apps/web"}
          c: {phase: Completed, jobName: j, message: Job completed successfully, lastUpdated: "2026-03-01T10:10:00Z"}
      """;
  private static final String BUILD =
      """
      apiVersion: build.kairos.io/v1alpha2
      kind: OSArtifact
      metadata: {name: iso, namespace: default, generation: 2}
      spec: {}
      status:
        phase: Building
        observedGeneration: 2
        attempt: 1
        steps:
          - {name: pull, state: Finished, startedAt: "2026-03-01T10:00:00Z", finishedAt: "2026-03-01T10:04:00Z"}
          - {name: build-iso, state: Running, startedAt: "2026-03-01T10:04:00Z"}
          - {name: build-netboot, state: Waiting}
      """;

  private static NodeOp nodeOp(String yaml) {
    return new KubernetesSerialization().unmarshal(yaml, NodeOp.class);
  }

  private static RolloutReport build(String yaml) {
    return RolloutReport.of(new KubernetesSerialization().unmarshal(yaml, OSArtifact.class));
  }

  @Test
  void eachNodeTellsItsStep() {
    RolloutReport report = RolloutReport.of(nodeOp(NODES));
    assertThat(report.parts()).extracting(Part::name).containsExactly("a", "b", "c");
    assertThat(report.parts()).extracting(Part::word).contains("Completed", "Drain");
    assertThat(report.parts().getFirst().toVersion()).contains("v2");
    assertThat(report.state()).isEqualTo(State.RUNNING);
    assertThat(report.done()).isEqualTo(2);
  }

  @Test
  void itEndsWhenNothingProgressesAnyMoreAndNotBefore() {
    String failed = NODES.replace("phase: Running", "phase: Failed");
    assertThat(RolloutReport.of(nodeOp(failed)).state()).isEqualTo(State.RUNNING);
    String over = failed.replace("status: \"True\"", "status: \"False\"");
    assertThat(RolloutReport.of(nodeOp(over)).state()).isEqualTo(State.FAILED);
    String edited = over.replace("generation: 1}", "generation: 2}");
    assertThat(RolloutReport.of(nodeOp(edited)).state())
        .as("what is said is about the spec before")
        .isEqualTo(State.RUNNING);
  }

  @Test
  void upstreamsStatusEndsWithItsPhase() {
    String upstream =
        """
        apiVersion: operator.kairos.io/v1alpha1
        kind: NodeOp
        metadata: {name: op, namespace: default, generation: 3}
        status:
          phase: Completed
          nodeStatuses: {a: {phase: Completed, jobName: j, message: m, rebootStatus: not-requested}}
        """;
    RolloutReport report = RolloutReport.of(nodeOp(upstream));
    assertThat(report.state()).isEqualTo(State.SUCCEEDED);
    assertThat(report.total()).isEqualTo(1);
  }

  @Test
  void nobodyHasLookedYet() {
    NodeOp fresh = nodeOp(NODES);
    fresh.setStatus(null);
    assertThat(RolloutReport.of(fresh).message()).contains("no operator has looked");
    assertThat(build(BUILD.replaceAll("(?s)status:.*", "")).message())
        .contains("no operator has looked");
  }

  @Test
  void stepsOfABuildTellHowLongTheyTook() {
    RolloutReport report = build(BUILD);
    assertThat(report.parts())
        .extracting(Part::stage)
        .containsExactly(Stage.DONE, Stage.WORKING, Stage.WAITING);
    assertThat(report.parts().getFirst().took()).contains(Duration.ofMinutes(4));
    assertThat(report.message()).isEqualTo("1 of 3 steps done");
  }

  // ---- what is left ----

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2031-01-01T00:00:00Z")); // far from the operator's clock
  private final RolloutEstimate estimate = new RolloutEstimate(now::get);

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  @Test
  void whatStepsTookTellsWhatTheRestTakes() {
    estimate.observe(build(BUILD));
    assertThat(estimate.left()).contains(Duration.ofMinutes(8));
    pass(Duration.ofMinutes(1));
    assertThat(estimate.left()).contains(Duration.ofMinutes(7));
    pass(Duration.ofHours(1));
    assertThat(estimate.left()).contains(Duration.ofMinutes(4));
  }

  @Test
  void ofARolloutThatIsFoundOnItsWayTheTimesOfItsObjectTellIt() {
    estimate.observe(RolloutReport.of(nodeOp(NODES)));
    assertThat(estimate.left()).contains(Duration.ofMinutes(20));
  }

  @Test
  void nodesThatWereSeenFromBeginningToEndAreMeasuredHere() {
    String none =
        NODES.replaceAll("(?m)^    [abc]: .*\n", "").replace("succeeded: 2", "succeeded: 0");
    String first =
        none.replace("pending: 3", "pending: 5")
            + "    a: {phase: Running, jobName: j, step: Job, message: m}\n";
    estimate.observe(
        RolloutReport.of(
            nodeOp(none.replace("pending: 3, inProgress: 1", "pending: 6, inProgress: 0"))));
    assertThat(estimate.left()).isEmpty();
    estimate.observe(RolloutReport.of(nodeOp(first)));
    assertThat(estimate.left()).as("nothing is known yet").isEmpty();
    pass(Duration.ofMinutes(2));
    estimate.observe(
        RolloutReport.of(
            nodeOp(
                none.replace("pending: 3", "pending: 4").replace("succeeded: 0", "succeeded: 1")
                    + "    a: {phase: Completed, jobName: j, message: m}\n"
                    + "    b: {phase: Running, jobName: k, step: Job, message: m}\n")));
    assertThat(estimate.left()).contains(Duration.ofMinutes(10));
  }

  @Test
  void whatWaitsForSomebodyHasNoTime() {
    String paused =
        NODES
            .replace("reason: Running", "reason: Paused")
            .replace("inProgress: 1", "inProgress: 0");
    estimate.observe(RolloutReport.of(nodeOp(paused)));
    assertThat(estimate.left()).isEmpty();
    estimate.observe(build(BUILD.replace("phase: Building", "phase: Exporting")));
    assertThat(estimate.left()).isEmpty();
  }

  @Test
  void targetsAreWrittenAsKubectlTakesThem() {
    assertThat(List.of("NodeOp/x", "nodeops/x"))
        .allSatisfy(
            text -> assertThat(RolloutTarget.parse(text).kind()).contains(RolloutKind.NODE_OP));
    assertThat(RolloutTarget.parse("x").kind()).isEmpty();
  }
}
