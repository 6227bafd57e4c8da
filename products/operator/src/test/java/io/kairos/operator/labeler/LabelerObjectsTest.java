package io.kairos.operator.labeler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

class LabelerObjectsTest {
  private final LabelerObjects objects = new LabelerObjects("system", "labeler:1");

  @Test
  void theFirstLookAtANodeIsAJobOnIt() {
    Job job = objects.job("n1", "uid-1");
    assertThat(job.getMetadata().getName()).isEqualTo("kairos-node-labeler-n1");
    assertThat(job.getMetadata().getNamespace()).isEqualTo("system");
    assertThat(job.getMetadata().getLabels())
        .containsEntry("app", "kairos-node-labeler")
        .containsEntry("node", "n1")
        .containsEntry("operator.kairos.io/node-uid", "uid-1");
    PodSpec pod = job.getSpec().getTemplate().getSpec();
    assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
        .containsEntry("app", "kairos-node-labeler");
    assertThat(pod.getNodeName()).isEqualTo("n1");
    assertThat(pod.getServiceAccountName()).isEqualTo("kairos-node-labeler");
    assertThat(pod.getRestartPolicy()).isEqualTo("Never");
    assertThat(pod.getVolumes())
        .singleElement()
        .satisfies(volume -> assertThat(volume.getHostPath().getPath()).isEqualTo("/etc"));
    Container container = pod.getContainers().getFirst();
    assertThat(container.getName()).isEqualTo("node-labeler");
    assertThat(container.getImage()).isEqualTo("labeler:1");
    assertThat(container.getImagePullPolicy()).isEqualTo("IfNotPresent");
    assertThat(container.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(container.getSecurityContext().getRunAsUser()).isEqualTo(1000);
    assertThat(container.getVolumeMounts())
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.getMountPath()).isEqualTo("/host/etc");
              assertThat(mount.getReadOnly()).isTrue();
            });
    assertThat(container.getEnv()).extracting("name").containsExactly("NODE_NAME", "HOST_ETC_PATH");
    assertThat(container.getEnv().getFirst().getValueFrom().getFieldRef().getFieldPath())
        .isEqualTo("spec.nodeName");
  }

  @Test
  void theDaemonSetKeepsLabelsOfManagedNodesWhateverTheirTaints() {
    DaemonSet set = objects.daemonSet();
    PodSpec pod = set.getSpec().getTemplate().getSpec();
    assertThat(set.getMetadata().getName()).isEqualTo("kairos-node-labeler");
    assertThat(set.getSpec().getSelector().getMatchLabels())
        .containsEntry("app", "kairos-node-labeler")
        .containsEntry("mode", "daemon");
    assertThat(pod.getNodeSelector()).containsEntry("kairos.io/managed", "true").hasSize(1);
    assertThat(pod.getTolerations())
        .singleElement()
        .satisfies(
            toleration -> {
              assertThat(toleration.getOperator()).isEqualTo("Exists");
              assertThat(toleration.getKey()).isNull();
            });
    assertThat(pod.getContainers().getFirst().getArgs()).containsExactly("--every", "60");
    assertThat(pod.getContainers().getFirst().getEnv())
        .extracting("name")
        .containsExactly("NODE_NAME");
  }

  @Test
  void longNodeNamesAreShortened() {
    assertThat(objects.job("n".repeat(80), "uid").getMetadata().getName()).hasSize(63);
    assertThat(objects.job("n".repeat(80), "uid").getMetadata().getLabels().get("node"))
        .hasSizeLessThanOrEqualTo(63);
  }
}
