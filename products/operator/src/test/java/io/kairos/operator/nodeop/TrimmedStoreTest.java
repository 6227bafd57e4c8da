package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.Owners;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import io.kairos.operator.nodeop.NodeOpAction.CreateRebootPod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrimmedStoreTest {
  private static final NodeOp OWNER =
      new FakeCluster("op", Specs.of("rebootOnSuccess: true"), List.of()).nodeOp();
  private static final NodeOpObjects OBJECTS =
      new NodeOpObjects(OWNER, OperatorEnvironment.of(Map.of()));

  @Test
  void ofAPodTheFactsStayAndTheScriptsDoNot() {
    Pod whole =
        new PodBuilder(OBJECTS.rebootPod(new CreateRebootPod("n1", "job-1", Optional.empty())))
            .editMetadata()
            .withUid("pod-uid")
            .withResourceVersion("7")
            .withManagedFields(new ManagedFieldsEntry())
            .withDeletionTimestamp("2026-03-01T10:00:00Z")
            .addToAnnotations("kairos.io/reboot-state", "completed")
            .endMetadata()
            .withNewStatus()
            .withPhase("Failed")
            .withReason("Evicted")
            .withInitContainerStatuses(
                new ContainerStatusBuilder()
                    .withName("first")
                    .withNewState()
                    .withNewWaiting("no such image", "ImagePullBackOff")
                    .endState()
                    .withNewLastState()
                    .withNewTerminated()
                    .withExitCode(3)
                    .withReason("Error")
                    .withMessage("why")
                    .endTerminated()
                    .endLastState()
                    .build())
            .withContainerStatuses(
                new ContainerStatusBuilder()
                    .withName("reboot")
                    .withNewState()
                    .withNewTerminated()
                    .withExitCode(0)
                    .withMessage("fromVersion=v1")
                    .endTerminated()
                    .endState()
                    .build())
            .endStatus()
            .build();
    var store = TrimmedStore.ofPods();
    store.put(store.getKey(whole), whole);
    Pod kept = store.get(store.getKey(whole));
    assertThat(PodFacts.of(kept)).isEqualTo(PodFacts.of(whole));
    assertThat(PodFacts.of(kept).ended()).hasSize(2);
    assertThat(Owners.controllerOf(kept)).isPresent().isEqualTo(Owners.controllerOf(whole));
    assertThat(NodeOpReconciler.nodeOpOf(kept)).isEqualTo(NodeOpReconciler.nodeOpOf(whole));
    assertThat(kept.getMetadata().getResourceVersion()).isEqualTo("7");
    assertThat(kept.getSpec()).isNull();
    assertThat(kept.getMetadata().getManagedFields()).isEmpty();
  }

  @Test
  void ofAJobTheFactsStayAndItsTemplateDoesNot() {
    Job whole =
        new JobBuilder(OBJECTS.job(new CreateJob("n1", 1, "job-1")))
            .withNewStatus()
            .withActive(1)
            .withConditions(
                new JobConditionBuilder()
                    .withType("Failed")
                    .withStatus("True")
                    .withReason("BackoffLimitExceeded")
                    .withMessage("too often")
                    .build())
            .endStatus()
            .build();
    var store = TrimmedStore.ofJobs();
    store.put(store.getKey(whole), whole);
    Job kept = store.get(store.getKey(whole));
    assertThat(JobFacts.of(kept)).isEqualTo(JobFacts.of(whole));
    assertThat(Owners.isControlledBy(kept, FakeCluster.UID)).isTrue();
    assertThat(kept.getSpec()).isNull();
  }
}
