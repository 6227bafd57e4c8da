package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.kairos.operator.Names;
import io.kairos.operator.nodeop.NodeOpAction.Cordon;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import io.kairos.operator.nodeop.NodeOpAction.CreatePreflightPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRebootPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRollbackJob;
import io.kairos.operator.nodeop.NodeOpAction.Evict;
import io.kairos.operator.nodeop.NodeStatus.Step;
import io.kairos.operator.nodeop.PodFacts.Ended;
import io.kairos.operator.nodeop.PodFacts.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeOpPlannerTest {
  private static final String REBOOT = "rebootOnSuccess: true\n";
  private static final String DRAIN = "cordon: true\ndrainOptions: {enabled: true}\n";

  @Test
  void everyNodeGetsOneJobAndAnEntryThatNamesIt() {
    var cluster = new FakeCluster(Specs.of(""), "a", "b").settle();
    assertThat(cluster.jobs).hasSize(2);
    assertThat(cluster.status.phase()).isEqualTo("Running");
    assertThat(cluster.entry("a").jobName()).isIn(cluster.jobs.keySet());
    assertThat(cluster.entry("a").message()).isEqualTo("Job is running");
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("not-requested");
  }

  @Test
  void allJobsDoneIsCompleted() {
    var cluster = new FakeCluster(Specs.of(""), "a", "b").settle();
    cluster.jobSucceeds("a");
    assertThat(cluster.settle().status.phase()).isEqualTo("Running");
    cluster.jobSucceeds("b");
    cluster.settle();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
    assertThat(cluster.entry("a").message()).isEqualTo("Job completed successfully");
    assertThat(cluster.status.completionTime()).isNotNull();
    assertThat(cluster.status.counts()).isEqualTo(new NodeOpStatus.Counts(2, 0, 0, 2, 0, 0));
  }

  @Test
  void aFailedJobFailsItsNodeAndTheNodeOp() {
    var cluster = new FakeCluster(Specs.of(""), "a", "b").settle();
    cluster.jobFails("a");
    cluster.jobPod("a", cluster.jobOf("a"), new Ended(3, "Error", "first\nno space on disk"));
    cluster.settle();
    assertThat(cluster.status.phase()).isEqualTo("Failed");
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.entry("a").message())
        .isEqualTo("Job failed: container nodeop exited with 3: no space on disk");
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("not-requested");
  }

  @Test
  void aNodeIsCordonedAndDrainedBeforeItsJobAndGivenBackAfterwards() {
    var cluster = new FakeCluster(Specs.of(DRAIN), "a");
    cluster.workloads.put("a", List.of(workload("web")));
    cluster.look();
    assertThat(cluster.isCordonedByUs("a")).isTrue();
    assertThat(cluster.jobs).isEmpty();
    cluster.settle();
    assertThat(cluster.count(Evict.class)).isEqualTo(1);
    assertThat(cluster.jobs).hasSize(1);
    assertThat(cluster.isCordonedByUs("a")).isTrue();
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.nodes.get("a").unschedulable()).isFalse();
    assertThat(cluster.nodes.get("a").cordonedBy()).isEmpty();
  }

  @Test
  void aNodeThatWasCordonedBeforehandStaysCordoned() {
    var cluster = new FakeCluster(Specs.of("cordon: true"), "a");
    cluster.cordon("a", Optional.empty());
    cluster.settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.count(Cordon.class)).isZero();
    assertThat(cluster.nodes.get("a").unschedulable()).isTrue();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
  }

  @Test
  void aManualCordonAfterCompletionIsNotLifted() {
    var cluster = new FakeCluster(Specs.of("cordon: true"), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    cluster.cordon("a", Optional.empty());
    cluster.settle();
    assertThat(cluster.nodes.get("a").unschedulable()).isTrue();
  }

  @Test
  void theCordonOfAnEarlierNodeOpOfThisNameIsNotLifted() {
    var cluster = new FakeCluster(Specs.of("cordon: true"), "a");
    cluster.cordon("a", Optional.of("ns/op@older-uid"));
    cluster.settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.nodes.get("a").unschedulable()).isTrue();
  }

  @Test
  void aFailedNodeIsGivenBackIfThatIsAskedFor() {
    var cluster = new FakeCluster(Specs.of("cordon: true\nuncordonOnFailure: true"), "a").settle();
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.nodes.get("a").unschedulable()).isFalse();
  }

  @Test
  void aFailedNodeStaysCordonedOtherwise() {
    var cluster = new FakeCluster(Specs.of("cordon: true"), "a").settle();
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.isCordonedByUs("a")).isTrue();
  }

  @Test
  void aFailedNodeThatOthersHaveCordonedStaysCordoned() {
    var cluster = new FakeCluster(Specs.of("cordon: true\nuncordonOnFailure: true"), "a");
    cluster.cordon("a", Optional.empty());
    cluster.settle();
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.nodes.get("a").unschedulable()).isTrue();
  }

  @Test
  void aRebootingNodeIsGivenBackOnlyAfterItsReboot() {
    var cluster = new FakeCluster(Specs.of("cordon: true\n" + REBOOT), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Completed");
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("pending");
    assertThat(cluster.isCordonedByUs("a")).isTrue();
    assertThat(cluster.status.phase()).isEqualTo("Running");
    cluster.reboots("a", "boot-2");
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("completed");
    assertThat(cluster.entry("a").message()).isEqualTo("Job and reboot completed successfully");
    assertThat(cluster.nodes.get("a").unschedulable()).isFalse();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
  }

  @Test
  void withoutARebootThereIsNoRebootPod() {
    var cluster = new FakeCluster(Specs.of(""), "a").settle();
    assertThat(cluster.count(CreateRebootPod.class)).isZero();
  }

  @Test
  void theRebootPodComesBeforeTheJob() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    assertThat(cluster.performed)
        .extracting(action -> action.getClass().getSimpleName())
        .containsSubsequence("CreateRebootPod", "CreateJob");
  }

  @Test
  void rebootStatusGoesFromPendingOverTheEndOfTheJobToCompleted() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("pending");
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("pending");
    cluster.reboots("a", "boot-2");
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("completed");
  }

  @Test
  void upstreamsRebootPodIsBelievedByItsAnnotation() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    PodFacts pod = cluster.pod(Role.REBOOT, "a").orElseThrow();
    cluster.pods.put(
        pod.name(),
        new PodFacts(
            pod.name(),
            Role.REBOOT,
            "a",
            pod.job(),
            "Succeeded",
            "",
            true,
            Map.of(),
            Optional.empty(),
            false));
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("completed");
  }

  @Test
  void aPodThatSaysItRebootedIsNoProofWhileTheBootIdIsTheSame() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    cluster.podEnds(Role.REBOOT, "a", 0, "rebooted");
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("pending");
    cluster.after(Duration.ofMinutes(31)).settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.entry("a").reason()).isEqualTo("RebootTimeout");
    assertThat(cluster.entry("a").message()).contains("boot-1");
  }

  @Test
  void anEvictedRebootPodIsNoHangWhenTheNodeHasRebooted() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    cluster.pods.clear();
    cluster.boots("a", "boot-2");
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("completed");
  }

  @Test
  void aRebootPodThatIsLostBeforeTheRebootIsMadeAgain() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    cluster.pods.clear();
    cluster.settle();
    assertThat(cluster.latest.actions()).isEmpty();
    assertThat(cluster.performed)
        .contains(new CreateRebootPod("a", cluster.jobOf("a"), Optional.of("boot-1")));
  }

  @Test
  void aFailedJobCancelsTheRebootAndItsPod() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "a").settle();
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("cancelled");
    assertThat(cluster.pod(Role.REBOOT, "a")).isEmpty();
  }

  @Test
  void withoutALimitAllNodesAreWorkedOnAtOnce() {
    assertThat(new FakeCluster(Specs.of("concurrency: 0"), "a", "b", "c").settle().jobs).hasSize(3);
  }

  @Test
  void oneAtATimeMeansThatTheNextStartsWhenTheOneBeforeIsDone() {
    var cluster = new FakeCluster(Specs.of("concurrency: 1"), "a", "b").settle();
    assertThat(cluster.jobs).hasSize(1);
    cluster.jobSucceeds("a");
    cluster.look();
    assertThat(cluster.status.phase()).as("no flapping between batches").isEqualTo("Running");
    cluster.settle();
    assertThat(cluster.jobs).hasSize(2);
  }

  @Test
  void twoAtATimeMeansAtMostTwo() {
    var cluster = new FakeCluster(Specs.of("concurrency: 2"), "a", "b", "c", "d").settle();
    assertThat(cluster.jobs).hasSize(2);
    cluster.jobSucceeds("a");
    assertThat(cluster.settle().jobs).hasSize(3);
  }

  @Test
  void afterAFailureNoFurtherNodeIsStartedIfThatIsAskedFor() {
    var cluster = new FakeCluster(Specs.of("concurrency: 1\nstopOnFailure: true"), "a", "b");
    cluster.settle();
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.jobs).hasSize(1);
    assertThat(cluster.status.message()).contains("stopped: node a failed: Job failed");
    assertThat(cluster.status.completionTime()).isNotNull();
  }

  @Test
  void afterAFailureTheOthersGoOnOtherwise() {
    var cluster = new FakeCluster(Specs.of("concurrency: 1"), "a", "b").settle();
    cluster.jobFails("a");
    assertThat(cluster.settle().jobs).hasSize(2);
  }

  @Test
  void onlyNodesThatTheSelectorMeansGetJobs() {
    var cluster = new FakeCluster(Specs.of("nodeSelector: {matchLabels: {zone: x}}"), "a");
    cluster.addNode("b", Map.of("zone", "x"));
    cluster.settle();
    assertThat(cluster.status.entries()).containsOnlyKeys("b");
  }

  @Test
  void selectorAndConcurrencyCountTogether() {
    var cluster =
        new FakeCluster(Specs.of("concurrency: 1\nnodeSelector: {matchLabels: {zone: x}}"), "a");
    cluster.addNode("b", Map.of("zone", "x"));
    cluster.addNode("c", Map.of("zone", "x"));
    assertThat(cluster.settle().status.entries()).containsOnlyKeys("b");
  }

  @Test
  void notInMeansNodesWithoutTheLabelToo() {
    var selector =
        new LabelSelectorBuilder()
            .addNewMatchExpression()
            .withKey("zone")
            .withOperator("NotIn")
            .withValues("x")
            .endMatchExpression()
            .build();
    assertThat(new Selector(selector).matches(Map.of())).isTrue();
    assertThat(new Selector(selector).matches(Map.of("zone", "x"))).isFalse();
  }

  @Test
  void aNodeThatStillHasToRebootHoldsItsSlot() {
    var cluster = new FakeCluster(Specs.of("concurrency: 1\n" + REBOOT), "a", "b").settle();
    cluster.jobSucceeds("a");
    assertThat(cluster.settle().jobs).hasSize(1);
    cluster.reboots("a", "boot-2");
    assertThat(cluster.settle().jobs).hasSize(2);
  }

  @Test
  void controlPlaneNodesComeFirstAndTheRestByName() {
    var cluster = new FakeCluster(Specs.of(""), "c", "a", "b");
    cluster.addNode("z", FakeCluster.controlPlane());
    cluster.addNode("y", Map.of("node-role.kubernetes.io/master", "true"));
    assertThat(NodeOpPlanner.targets(cluster.spec, cluster.nodes))
        .extracting(NodeFacts::name)
        .containsExactly("y", "z", "a", "b", "c");
    assertThat(NodeOpPlanner.targets(Specs.of("controlPlaneOrder: Last"), cluster.nodes))
        .extracting(NodeFacts::name)
        .containsExactly("a", "b", "c", "y", "z");
  }

  // ---- preflight ----

  private static final String PREFLIGHT = "preflight: {command: [look]}\n";

  @Test
  void withoutPreflightJobsComeAtOnce() {
    var cluster = new FakeCluster(Specs.of(""), "a").settle();
    assertThat(cluster.count(CreatePreflightPod.class)).isZero();
    assertThat(cluster.jobs).hasSize(1);
  }

  @Test
  void preflightComesBeforeCordonAndJob() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT + "cordon: true"), "a", "b").settle();
    assertThat(cluster.count(CreatePreflightPod.class)).isEqualTo(2);
    assertThat(cluster.jobs).isEmpty();
    assertThat(cluster.nodes.get("a").unschedulable()).isFalse();
    assertThat(cluster.entry("a").phase()).isEqualTo("Preflight");
    assertThat(cluster.entry("a").message()).isEqualTo("Preflight in progress");
  }

  @Test
  void furtherLooksMakeNoFurtherPreflightPods() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT), "a").settle().settle();
    assertThat(cluster.count(CreatePreflightPod.class)).isEqualTo(1);
  }

  @Test
  void aPreflightPodThatIsThereIsUsed() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT), "a");
    cluster.pods.put(
        "op-preflight-x7d2k",
        new PodFacts(
            "op-preflight-x7d2k",
            Role.PREFLIGHT,
            "a",
            Optional.empty(),
            "Running",
            "",
            false,
            Map.of(),
            Optional.empty(),
            false));
    cluster.settle();
    assertThat(cluster.count(CreatePreflightPod.class)).isZero();
    assertThat(cluster.entry("a").phase()).isEqualTo("Preflight");
  }

  @Test
  void aPreflightThatSaysSomethingSkipsTheNode() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT + "cordon: true\n" + REBOOT), "a").settle();
    cluster.podEnds(Role.PREFLIGHT, "a", 0, "node is already at v2");
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Completed");
    assertThat(cluster.entry("a").jobName()).isNull();
    assertThat(cluster.entry("a").message())
        .isEqualTo("Skipped by preflight: node is already at v2");
    assertThat(cluster.count(CreateJob.class)).isZero();
    assertThat(cluster.count(Cordon.class)).isZero();
    assertThat(cluster.pod(Role.PREFLIGHT, "a")).isEmpty();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
    assertThat(cluster.status.counts().skipped()).isEqualTo(1);
  }

  @Test
  void aSilentPreflightLeadsToCordonDrainAndJob() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT + DRAIN), "a").settle();
    cluster.podEnds(Role.PREFLIGHT, "a", 0, "");
    cluster.settle();
    assertThat(cluster.isCordonedByUs("a")).isTrue();
    assertThat(cluster.jobs).hasSize(1);
    assertThat(cluster.pod(Role.PREFLIGHT, "a")).isEmpty();
  }

  @Test
  void aFailedPreflightFailsTheNodeAndItsMessageStays() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT), "a").settle();
    cluster.podEnds(Role.PREFLIGHT, "a", 5, "");
    cluster.settle().settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.entry("a").message()).isEqualTo("Preflight failed: exit 5");
  }

  @Test
  void aRunningPreflightIsWaitedFor() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT), "a").settle();
    assertThat(cluster.after(Duration.ofMinutes(1)).settle().entry("a").phase())
        .isEqualTo("Preflight");
  }

  @Test
  void oneAtATimeCountsForPreflightsToo() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT + "concurrency: 1"), "a", "b").settle();
    assertThat(cluster.count(CreatePreflightPod.class)).isEqualTo(1);
  }

  @Test
  void aPreflightPodThatVanishesFailsTheNode() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT), "a").settle();
    cluster.pods.clear();
    cluster.settle();
    assertThat(cluster.entry("a").message()).isEqualTo("Preflight Pod not found");
  }

  @Test
  void aNodeThatLeavesTheSelectionInItsPreflightIsFinished() {
    var cluster = new FakeCluster(Specs.of(PREFLIGHT + "nodeSelector: {matchLabels: {zone: x}}"));
    cluster.addNode("a", Map.of("zone", "x"));
    cluster.settle();
    cluster.change("a", true, "boot-1", Map.of(), Map.of());
    cluster.podEnds(Role.PREFLIGHT, "a", 0, "nothing to do");
    assertThat(cluster.settle().entry("a").phase()).isEqualTo("Completed");
  }

  // ---- defects of upstream ----

  @Test
  void aCompletedNodeStaysCompletedAfterItsJobIsRemoved() {
    var cluster = new FakeCluster(Specs.of(""), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    cluster.jobs.clear();
    assertThat(cluster.settle().entry("a").phase()).isEqualTo("Completed");
  }

  @Test
  void aJobThatVanishesWhileItRunsFailsTheNode() {
    var cluster = new FakeCluster(Specs.of(""), "a").settle();
    cluster.jobs.clear();
    cluster.settle();
    assertThat(cluster.entry("a").message()).isEqualTo("Job not found");
    assertThat(cluster.jobs).as("it is not started again").isEmpty();
  }

  @Test
  void noMatchingNodeIsCompletedAndSaysSo() {
    var cluster = new FakeCluster(Specs.of("nodeSelector: {matchLabels: {zone: x}}"), "a").settle();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
    assertThat(cluster.status.message()).isEqualTo("no node matches spec.nodeSelector");
  }

  @Test
  void aNodeThatIsDeletedMidRunEndsItsEntryAndNothingElse() {
    var cluster =
        new FakeCluster(Specs.of("cordon: true\nconcurrency: 1\nstopOnFailure: true"), "a", "b");
    cluster.settle();
    cluster.nodes.remove("a");
    cluster.settle();
    assertThat(cluster.entry("a").reason()).isEqualTo("NodeDeleted");
    assertThat(cluster.entry("b").jobName()).isIn(cluster.jobs.keySet());
  }

  @Test
  void aNewNodeIsNoticed() {
    var cluster = new FakeCluster(Specs.of(""), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    cluster.addNode("b", Map.of());
    assertThat(cluster.settle().status.phase()).isEqualTo("Running");
  }

  @Test
  void entriesThatUpstreamHasWrittenAreContinued() {
    var cluster = new FakeCluster(Specs.of(""), "a");
    cluster.jobs.put(
        "op-a-abcde", new JobFacts("op-a-abcde", JobFacts.State.SUCCEEDED, false, "", ""));
    cluster.status =
        new NodeOpStatus(
            "Running",
            Map.of(
                "a",
                new NodeStatus(
                    "Running",
                    "op-a-abcde",
                    "Job is running",
                    "not-requested",
                    "2026-01-01T00:00:00Z",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null)),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Completed");
    assertThat(cluster.count(CreateJob.class)).isZero();
  }

  // ---- drain ----

  @Test
  void aBudgetThatBlocksIsToldAndWaitedFor() {
    var cluster = new FakeCluster(Specs.of(DRAIN), "a");
    cluster.workloads.put("a", List.of(workload("web")));
    cluster.blockedPods.add("web");
    cluster.look().look();
    assertThat(cluster.entry("a").message()).isEqualTo("Draining: pod apps/web: budget says no");
    assertThat(cluster.jobs).isEmpty();
    cluster.blockedPods.clear();
    cluster.after(Duration.ofSeconds(5)).settle();
    assertThat(cluster.jobs).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 60})
  void aDrainThatTakesTooLongFailsAndNamesThePodAndGivesTheNodeBack(int timeout) {
    var cluster =
        new FakeCluster(
            Specs.of(
                "cordon: true\ndrainOptions: {enabled: true, timeoutSeconds: " + timeout + "}"),
            "a");
    cluster.workloads.put("a", List.of(workload("web")));
    cluster.blockedPods.add("web");
    cluster.look().look();
    Duration end = timeout > 0 ? Duration.ofSeconds(timeout) : Duration.ofMinutes(15);
    cluster.after(end.minusSeconds(1)).look();
    assertThat(cluster.entry("a").currentStep()).contains(Step.Drain);
    cluster.after(Duration.ofSeconds(2)).settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.entry("a").message()).contains("apps/web").contains("budget says no");
    assertThat(cluster.nodes.get("a").unschedulable()).isFalse();
    assertThat(cluster.count(CreateJob.class)).isZero();
  }

  @Test
  void podsWithEmptyDirsRefuseTheDrainUnlessTheyMayLoseThem() {
    Pod pod =
        new PodBuilder(workload("cache"))
            .editSpec()
            .addNewVolume()
            .withName("v")
            .withNewEmptyDir()
            .endEmptyDir()
            .endVolume()
            .endSpec()
            .build();
    var cluster = new FakeCluster(Specs.of(DRAIN), "a");
    cluster.workloads.put("a", List.of(pod));
    cluster.settle();
    assertThat(cluster.entry("a").message())
        .contains("apps/cache")
        .contains("drainOptions.deleteEmptyDirData");
    assertThat(cluster.nodes.get("a").unschedulable()).isFalse();
    var allowed =
        new FakeCluster(
            Specs.of("cordon: true\ndrainOptions: {enabled: true, deleteEmptyDirData: true}"), "a");
    allowed.workloads.put("a", List.of(pod));
    assertThat(allowed.settle().jobs).hasSize(1);
  }

  @Test
  void theDrainLeavesAloneWhatItMustNotTake() {
    var options = Specs.of("drainOptions: {enabled: true}").drainOptions();
    Pod daemon = owned("daemon", "DaemonSet");
    Pod mirror =
        new PodBuilder(owned("mirror", "Node"))
            .editMetadata()
            .addToAnnotations("kubernetes.io/config.mirror", "x")
            .endMetadata()
            .build();
    Pod ours =
        new PodBuilder(workload("ours"))
            .editMetadata()
            .addToLabels(Names.NODEOP_LABEL, "other")
            .endMetadata()
            .build();
    Pod bare =
        new PodBuilder(workload("bare")).editMetadata().withOwnerReferences().endMetadata().build();
    var plan =
        DrainPlan.of(
            List.of(daemon, mirror, ours, bare, workload("me")),
            options,
            Optional.of("apps/me"),
            Instant.EPOCH);
    assertThat(plan.isDone()).isTrue();
    var forced = Specs.of("drainOptions: {enabled: true, force: true}").drainOptions();
    assertThat(DrainPlan.of(List.of(bare), forced, Optional.empty(), Instant.EPOCH).evict())
        .hasSize(1);
  }

  @Test
  void podsThatAreLeavingAreWaitedFor() {
    Pod leaving =
        new PodBuilder(workload("web"))
            .editMetadata()
            .withDeletionTimestamp("2026-03-01T10:00:00Z")
            .endMetadata()
            .build();
    var cluster = new FakeCluster(Specs.of(DRAIN), "a");
    cluster.workloads.put("a", List.of(leaving));
    cluster.look().look();
    assertThat(cluster.count(Evict.class)).isZero();
    assertThat(cluster.jobs).isEmpty();
    assertThat(cluster.entry("a").message()).isEqualTo("Draining: waiting for apps/web");
  }

  // ---- safety ----

  @Test
  void maxUnavailableCountsNodesThatAreAwayAnyhow() {
    var cluster = new FakeCluster(Specs.of("maxUnavailable: 2"), "a", "b", "c", "d");
    cluster.ready("d", false);
    cluster.settle();
    assertThat(cluster.status.entries()).containsOnlyKeys("a", "d");
    assertThat(cluster.status.message()).contains("maxUnavailable allows 2");
  }

  @Test
  void maxUnavailableMayBeAShare() {
    var cluster = new FakeCluster(Specs.of("maxUnavailable: 50%"), "a", "b", "c", "d", "e");
    assertThat(cluster.settle().jobs).hasSize(2);
  }

  @Test
  void oneControlPlaneNodeReboots_atATime() {
    var cluster = new FakeCluster(Specs.of(REBOOT), "w");
    List.of("x", "y", "z").forEach(node -> cluster.addNode(node, FakeCluster.controlPlane()));
    cluster.settle();
    assertThat(cluster.status.entries()).containsOnlyKeys("x", "w");
    cluster.jobSucceeds("x");
    cluster.settle();
    cluster.reboots("x", "boot-2");
    assertThat(cluster.settle().status.entries()).containsOnlyKeys("w", "x", "y");
  }

  @Test
  void noControlPlaneNodeReboots_whileAnotherIsNotReady() {
    var cluster = new FakeCluster(Specs.of(REBOOT));
    List.of("x", "y", "z").forEach(node -> cluster.addNode(node, FakeCluster.controlPlane()));
    cluster.ready("z", false);
    cluster.settle();
    assertThat(cluster.status.entries()).containsOnlyKeys("z");
    assertThat(cluster.status.message()).contains("control-plane node z");
  }

  @Test
  void noControlPlaneNodeReboots_whileAnotherNodeOpHasOne() {
    var cluster = new FakeCluster(Specs.of(REBOOT));
    List.of("x", "y").forEach(node -> cluster.addNode(node, FakeCluster.controlPlane()));
    cluster.busyControlPlane.add("y");
    cluster.settle();
    assertThat(cluster.status.entries()).isEmpty();
    assertThat(cluster.status.message()).contains("another NodeOp");
  }

  @Test
  void oneZoneAtATime() {
    var cluster = new FakeCluster(Specs.of("topologyKey: zone"));
    cluster.addNode("a", Map.of("zone", "1"));
    cluster.addNode("b", Map.of("zone", "2"));
    cluster.addNode("c", Map.of("zone", "1"));
    assertThat(cluster.settle().status.entries()).containsOnlyKeys("a", "c");
  }

  @Test
  void pausedStartsNothingAndFinishesWhatRuns() {
    var cluster = new FakeCluster(Specs.of("concurrency: 1"), "a", "b").settle();
    cluster.spec = Specs.of("concurrency: 1\npaused: true");
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.status.entries()).containsOnlyKeys("a");
    assertThat(cluster.entry("a").phase()).isEqualTo("Completed");
    cluster.spec = Specs.of("concurrency: 1");
    assertThat(cluster.settle().status.entries()).containsOnlyKeys("a", "b");
  }

  @Test
  void nodesStartOnlyInAMaintenanceWindow() {
    String window = "maintenanceWindows: [{schedule: '0 22 * * *', duration: 2h}]\n";
    var cluster = new FakeCluster(Specs.of(window), "a").settle();
    assertThat(cluster.jobs).isEmpty();
    assertThat(cluster.status.message()).contains("2026-03-01T22:00:00Z");
    cluster.after(Duration.ofHours(12));
    assertThat(cluster.settle().jobs).hasSize(1);
  }

  @Test
  void aFailedNodeIsTriedAgainByItself() {
    var cluster = new FakeCluster(Specs.of("retries: 1\nstopOnFailure: true"), "a").settle();
    String first = cluster.jobOf("a");
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.entry("a").attempt()).isEqualTo(2);
    assertThat(cluster.jobOf("a")).isNotEqualTo(first).isIn(cluster.jobs.keySet());
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.status.phase()).isEqualTo("Failed");
  }

  @Test
  void failedNodesAreTriedAgainWhenSomebodyAsks() {
    var cluster = new FakeCluster(Specs.of(""), "a").settle();
    cluster.jobFails("a");
    cluster.settle();
    cluster.annotations.put(Names.RETRY_ANNOTATION, "1");
    cluster.settle();
    assertThat(cluster.entry("a").attempt()).isEqualTo(2);
    cluster.jobFails("a");
    cluster.settle();
    assertThat(cluster.entry("a").phase()).as("asked once").isEqualTo("Failed");
    cluster.annotations.put(Names.RETRY_ANNOTATION, "2");
    assertThat(cluster.settle().entry("a").attempt()).isEqualTo(3);
  }

  @Test
  void aFinishedNodeOpGoesAfterItsTime() {
    var cluster = new FakeCluster(Specs.of("ttlSecondsAfterFinished: 60"), "a").settle();
    cluster.jobSucceeds("a");
    cluster.settle();
    assertThat(cluster.deleted).isFalse();
    cluster.after(Duration.ofSeconds(61)).look();
    assertThat(cluster.deleted).isTrue();
  }

  @Test
  void aSpecThatMakesNoSenseStartsNothingAndSaysWhy() {
    var cluster =
        new FakeCluster(Specs.of("maintenanceWindows: [{schedule: 'x', duration: 1h}]"), "a");
    cluster.settle();
    assertThat(cluster.performed).isEmpty();
    assertThat(cluster.status.phase()).isEqualTo("Failed");
    assertThat(cluster.status.conditions())
        .anySatisfy(
            condition -> {
              assertThat(condition.getType()).isEqualTo("Accepted");
              assertThat(condition.getStatus()).isEqualTo("False");
              assertThat(condition.getMessage()).contains("schedule 'x'");
            });
  }

  // ---- health gate ----

  private static final String GATE = REBOOT + "healthGate: {}\n";

  private static FakeCluster rebooted(String spec) {
    var cluster = new FakeCluster(Specs.of(spec));
    cluster.addNode("a", FakeCluster.kairos("active"));
    cluster.settle();
    cluster.jobSucceeds("a", "fromVersion=v1-\ntoVersion=v2-");
    cluster.settle();
    cluster.reboots("a", "boot-2");
    cluster.settle();
    return cluster;
  }

  private static Map<String, String> of(String boot, String version) {
    return Map.of(Names.BOOT_ID_ANNOTATION, boot, "kairos.io/version", version);
  }

  @Test
  void theGateWaitsForLabelsOfTheNewBootAndTheExpectedVersion() {
    FakeCluster cluster = rebooted(GATE);
    cluster.change("a", true, "boot-2", FakeCluster.kairos("active"), of("boot-1", "v1"));
    cluster.settle();
    assertThat(cluster.entry("a").currentStep()).contains(Step.HealthGate);
    assertThat(cluster.entry("a").rebootStatus()).isEqualTo("pending");
    cluster.change("a", true, "boot-2", FakeCluster.kairos("active"), of("boot-2", "v2"));
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Completed");
    assertThat(cluster.entry("a").toVersion()).isEqualTo("v2-");
    assertThat(cluster.entry("a").bootState()).isEqualTo("active");
  }

  @Test
  void aNodeThatFellBackFailsTheGateAndIsNotRolledBack() {
    FakeCluster cluster = rebooted(REBOOT + "healthGate: {onFailure: Rollback}\n");
    cluster.change("a", true, "boot-2", FakeCluster.kairos("passive"), of("boot-2", "v1"));
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.entry("a").reason()).isEqualTo("BootedIntoFallback");
    assertThat(cluster.count(CreateRollbackJob.class)).isZero();
  }

  @Test
  void anotherVersionThanExpectedFailsTheGate() {
    FakeCluster cluster = rebooted(GATE);
    cluster.change("a", true, "boot-2", FakeCluster.kairos("active"), of("boot-2", "v1"));
    cluster.settle();
    assertThat(cluster.entry("a").reason()).isEqualTo("UnexpectedVersion");
    assertThat(cluster.entry("a").message()).isEqualTo("Health gate: node runs v1 instead of v2-");
  }

  @Test
  void aNodeThatDoesNotBecomeReadyFailsTheGateInTime() {
    FakeCluster cluster =
        rebooted(REBOOT + "healthGate: {timeoutSeconds: 60}\nstopOnFailure: true");
    cluster.addNode("b", Map.of());
    cluster.spec =
        Specs.of(REBOOT + "healthGate: {timeoutSeconds: 60}\nstopOnFailure: true\npaused: true");
    cluster.ready("a", false);
    cluster.settle();
    cluster.after(Duration.ofSeconds(61)).settle();
    assertThat(cluster.entry("a").reason()).isEqualTo("NotHealthy");
    assertThat(cluster.entry("a").message()).contains("not Ready");
  }

  @Test
  void aRollbackMakesTheSystemBeforeBootOnceAndStopsTheRollout() {
    FakeCluster cluster =
        rebooted(REBOOT + "healthGate: {onFailure: Rollback}\nstopOnFailure: true");
    cluster.change("a", true, "boot-2", FakeCluster.kairos("active"), of("boot-2", "v1"));
    cluster.settle();
    assertThat(cluster.entry("a").phase()).isEqualTo("Failed");
    assertThat(cluster.status.phase()).isEqualTo("Failed");
    assertThat(cluster.count(CreateRollbackJob.class)).isEqualTo(1);
    String job = NodeOpNames.of(cluster.nodeOp()).rollbackJob("a", 1);
    cluster.jobs.put(job, new JobFacts(job, JobFacts.State.SUCCEEDED, false, "", ""));
    cluster.settle();
    cluster.boots("a", "boot-3");
    String pod = NodeOpNames.of(cluster.nodeOp()).rebootPod("a", job);
    cluster.pods.put(
        pod,
        new PodFacts(
            pod,
            Role.REBOOT,
            "a",
            Optional.of(job),
            "Succeeded",
            "",
            false,
            Map.of(),
            Optional.empty(),
            false));
    cluster.addNode("b", Map.of());
    cluster.settle();
    assertThat(cluster.entry("a").reason()).isEqualTo("RolledBack");
    assertThat(cluster.entry("a").message()).endsWith("; rolled back");
    assertThat(cluster.status.entries()).containsOnlyKeys("a");
    assertThat(cluster.count(CreateRollbackJob.class)).isEqualTo(1);
  }

  @Test
  void whateverWasTriedIsLookedAtAgainWithinSeconds() {
    var cluster = new FakeCluster(Specs.of("cordon: true"), "a").settle();
    cluster.jobSucceeds("a");
    NodeOpPlan plan = NodeOpPlanner.plan(cluster.view(Map.of()));
    assertThat(plan.actions()).containsExactly(new NodeOpAction.Uncordon("a"));
    assertThat(plan.wake()).isBeforeOrEqualTo(cluster.now.plusSeconds(5));
    cluster.settle();
    assertThat(cluster.latest.wake()).isEqualTo(cluster.now.plus(Duration.ofMinutes(5)));
  }

  // ---- crashes ----

  /** Draws from a seed; a failure names it. */
  @Test
  void aCrashAtAnyPointNeverStartsACommandTwiceAndNeverLeavesANodeCordoned() {
    for (int seed = 0; seed < 2000; seed++) {
      var random = new Random(seed);
      var cluster =
          new FakeCluster(
              Specs.of(PREFLIGHT + DRAIN + REBOOT + "concurrency: " + random.nextInt(3)),
              "a",
              "b",
              "c");
      cluster.workloads.put("b", List.of(workload("web")));
      for (int turn = 0; turn < 400 && !"Completed".equals(cluster.status.phase()); turn++) {
        cluster.lookAndDieAfter(random.nextInt(4), random.nextBoolean());
        happen(cluster, random);
        cluster.after(Duration.ofSeconds(1));
      }
      assertThat(cluster.status.phase()).as("seed " + seed).isEqualTo("Completed");
      cluster.settle();
      assertThat(cluster.jobs).as("seed " + seed).hasSize(3);
      assertThat(cluster.nodes.values()).as("seed " + seed).noneMatch(NodeFacts::unschedulable);
    }
  }

  /** Whatever may happen to Jobs and pods next, with some probability. */
  private static void happen(FakeCluster cluster, Random random) {
    for (String node : cluster.nodes.keySet()) {
      NodeStatus entry = cluster.entry(node);
      if (entry == null || random.nextInt(3) > 0) {
        continue;
      }
      boolean silent = cluster.pod(Role.PREFLIGHT, node).isPresent();
      if (silent && cluster.pod(Role.PREFLIGHT, node).get().phase().equals("Running")) {
        cluster.podEnds(Role.PREFLIGHT, node, 0, "");
      }
      JobFacts job = entry.jobName() == null ? null : cluster.jobs.get(entry.jobName());
      if (job != null && job.state() == JobFacts.State.RUNNING) {
        cluster.jobSucceeds(node);
      } else if (job != null
          && cluster
              .pod(Role.REBOOT, node)
              .filter(pod -> pod.phase().equals("Running"))
              .isPresent()) {
        cluster.reboots(node, "boot-2");
      }
    }
  }

  private static Pod workload(String name) {
    return owned(name, "ReplicaSet");
  }

  private static Pod owned(String name, String kind) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("apps")
        .withUid("uid-" + name)
        .addNewOwnerReference()
        .withKind(kind)
        .withName("owner")
        .withUid("owner-uid")
        .withController(true)
        .endOwnerReference()
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }
}
