package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.kairos.operator.Names;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import io.kairos.operator.nodeop.NodeOpAction.CreatePreflightPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRebootPod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeOpObjectsTest {
  private static final String REBOOT = "rebootOnSuccess: true\n";

  private static NodeOpObjects objects(String spec, Map<String, String> environment) {
    return new NodeOpObjects(Specs.nodeOp(spec), OperatorEnvironment.of(environment));
  }

  private static Job job(String spec, Map<String, String> environment) {
    String name = NodeOpNames.of(Specs.nodeOp(spec)).job("edge-1", 1);
    return objects(spec, environment).job(new CreateJob("edge-1", 1, name));
  }

  private static Job job(String spec) {
    return job(spec, Map.of());
  }

  private static Pod preflight(String spec) {
    return objects(spec, Map.of()).preflightPod(new CreatePreflightPod("edge-1", 1));
  }

  private static Pod reboot(Map<String, String> environment) {
    return objects(REBOOT, environment)
        .rebootPod(new CreateRebootPod("edge-1", "op-edge-1-abcde", Optional.empty()));
  }

  private static PodSpec pod(Job job) {
    return job.getSpec().getTemplate().getSpec();
  }

  private static String mainImage(Job job) {
    PodSpec pod = pod(job);
    List<Container> containers =
        pod.getInitContainers().isEmpty() ? pod.getContainers() : pod.getInitContainers();
    return containers.getFirst().getImage();
  }

  private static Map<String, String> variable(String name, String value) {
    return Map.of(name, value);
  }

  @Test
  void theImageOfTheSpecCountsFirst() {
    assertThat(mainImage(job("image: own", variable("NODEOP_DEFAULT_IMAGE", "default"))))
        .isEqualTo("own");
  }

  @Test
  void withoutOneTheOperatorsDefaultCounts() {
    assertThat(mainImage(job("", variable("NODEOP_DEFAULT_IMAGE", "default"))))
        .isEqualTo("default");
  }

  @Test
  void withoutAnyItIsBusybox() {
    assertThat(mainImage(job(""))).isEqualTo("busybox:latest");
  }

  private static String sentinelImage(String spec, Map<String, String> environment) {
    return pod(job(REBOOT + spec, environment)).getContainers().getFirst().getImage();
  }

  @Test
  void theSentinelHasTheImageThatTheOperatorIsGivenForIt() {
    assertThat(sentinelImage("image: own", variable("SENTINEL_IMAGE", "s"))).isEqualTo("s");
  }

  @Test
  void otherwiseTheSentinelHasTheImageOfTheSpec() {
    assertThat(sentinelImage("image: own", variable("NODEOP_DEFAULT_IMAGE", "d"))).isEqualTo("own");
  }

  @Test
  void withoutAnyTheSentinelIsBusybox() {
    assertThat(sentinelImage("", variable("NODEOP_DEFAULT_IMAGE", "d")))
        .isEqualTo("busybox:latest");
  }

  @Test
  void theHostIsMountedWhereTheSpecSays() {
    for (String path : List.of("/host", "/node")) {
      String spec =
          (path.equals("/host") ? "" : "hostMountPath: " + path + "\n")
              + "preflight: {command: [look]}";
      for (Container container :
          List.of(
              pod(job(spec)).getContainers().getFirst(),
              preflight(spec).getSpec().getContainers().getFirst())) {
        assertThat(container.getVolumeMounts().getFirst().getMountPath()).isEqualTo(path);
        assertThat(value(container, "HOST_DIR")).isEqualTo(path);
      }
    }
  }

  private static String value(Container container, String name) {
    return container.getEnv().stream()
        .filter(variable -> variable.getName().equals(name))
        .map(EnvVar::getValue)
        .findFirst()
        .orElse(null);
  }

  @Test
  void aPodsEventMeansTheNodeOpOfItsLabelAndNoneWithoutIt() {
    Pod labelled =
        new PodBuilder()
            .withNewMetadata()
            .withName("p")
            .withNamespace("ns")
            .addToLabels(Names.NODEOP_LABEL, "op")
            .endMetadata()
            .build();
    Pod bare =
        new PodBuilder().withNewMetadata().withName("p").withNamespace("ns").endMetadata().build();
    assertThat(NodeOpReconciler.nodeOpOf(labelled)).containsExactly(new ResourceID("op", "ns"));
    assertThat(NodeOpReconciler.nodeOpOf(bare)).isEmpty();
  }

  @Test
  void aLongNameIsShortInLabelsAndStillFoundByItsOwner() {
    NodeOp nodeOp = Specs.nodeOp("");
    String name = "n".repeat(80);
    nodeOp.getMetadata().setName(name);
    Job made =
        new NodeOpObjects(nodeOp, OperatorEnvironment.of(Map.of()))
            .job(new CreateJob("e".repeat(80), 1, "job"));
    assertThat(made.getMetadata().getLabels().values())
        .allSatisfy(value -> assertThat(value).hasSizeLessThanOrEqualTo(63));
    assertThat(NodeOpReconciler.nodeOpOf(made)).containsExactly(new ResourceID(name, "ns"));
  }

  @Test
  void aJobIsLabelledOwnedAndNamedByUs() {
    Job job = job("");
    assertThat(job.getMetadata().getName()).matches("op-edge-1-[bcdfghjklmnpqrstvwxz2456789]{5}");
    assertThat(job.getMetadata().getGenerateName()).isNull();
    assertThat(job.getMetadata().getLabels())
        .containsEntry("kairos.io/nodeop", "op")
        .containsEntry("kairos.io/node", "edge-1");
    assertOwned(job);
    assertThat(pod(job).getNodeName()).isEqualTo("edge-1");
    assertThat(pod(job).getRestartPolicy()).isEqualTo("Never");
    assertThat(pod(job).getAutomountServiceAccountToken()).isFalse();
    assertThat(pod(job).getContainers().getFirst().getSecurityContext().getPrivileged()).isTrue();
  }

  private static void assertOwned(HasMetadata object) {
    assertThat(object.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getApiVersion()).isEqualTo("operator.kairos.io/v1alpha1");
              assertThat(owner.getKind()).isEqualTo("NodeOp");
              assertThat(owner.getName()).isEqualTo("op");
              assertThat(owner.getController()).isTrue();
              assertThat(owner.getBlockOwnerDeletion()).isTrue();
            });
  }

  @Test
  void pullSecretsReachJobsWithAndWithoutReboot() {
    String secrets = "imagePullSecrets: [{name: login}]\n";
    for (String spec : List.of(secrets, secrets + REBOOT)) {
      assertThat(pod(job(spec)).getImagePullSecrets())
          .containsExactly(new LocalObjectReference("login"));
    }
  }

  @Test
  void theBackoffLimitIsCopied() {
    assertThat(job("backoffLimit: 2").getSpec().getBackoffLimit()).isEqualTo(2);
  }

  @Test
  void withoutABackoffLimitItIsSix() {
    assertThat(job("").getSpec().getBackoffLimit()).isEqualTo(6);
  }

  @Test
  void theBackoffLimitIsCopiedWithAReboot() {
    assertThat(job(REBOOT + "backoffLimit: 2").getSpec().getBackoffLimit()).isEqualTo(2);
  }

  @Test
  void aRebootingJobRunsItsCommandFirstAndThenTellsTheRebootPod() {
    PodSpec pod = pod(job(REBOOT));
    assertThat(pod.getInitContainers()).extracting(Container::getName).containsExactly("nodeop");
    assertThat(pod.getContainers())
        .extracting(Container::getName)
        .containsExactly("sentinel-creator");
    assertThat(pod.getContainers().getFirst().getCommand().getLast())
        .contains("/sentinel/$(JOB_NAME)-");
    assertThat(
            pod.getContainers()
                .getFirst()
                .getEnv()
                .getFirst()
                .getValueFrom()
                .getFieldRef()
                .getFieldPath())
        .isEqualTo("metadata.labels['batch.kubernetes.io/job-name']");
  }

  @Test
  void theRebootPodIsPrivilegedOnItsNodeAndHasNoRightsInTheCluster() {
    Pod pod = reboot(Map.of());
    PodSpec spec = pod.getSpec();
    assertThat(spec.getContainers().getFirst().getImage())
        .isEqualTo("quay.io/kairos/kairos-operator:latest");
    assertThat(spec.getNodeName()).isEqualTo("edge-1");
    assertThat(spec.getHostPID()).isTrue();
    assertThat(spec.getRestartPolicy()).isEqualTo("OnFailure");
    assertThat(spec.getAutomountServiceAccountToken()).isFalse();
    assertThat(spec.getVolumes())
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.getName()).isEqualTo("sentinel-volume");
              assertThat(v.getHostPath().getPath()).isEqualTo("/usr/local/.kairos");
            });
    var security = spec.getContainers().getFirst().getSecurityContext();
    assertThat(security.getPrivileged()).isTrue();
    assertThat(security.getRunAsUser()).isZero();
    assertThat(pod.getMetadata().getLabels()).containsEntry("kairos.io/reboot", "true");
    assertOwned(pod);
  }

  @Test
  void theRebootPodHasTheOperatorsImage() {
    assertThat(
            reboot(variable("OPERATOR_IMAGE", "small"))
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage())
        .isEqualTo("small");
  }

  @Test
  void theRebootPodOutlastsTaintsOfARebootingNode() {
    assertThat(reboot(Map.of()).getSpec().getTolerations())
        .singleElement()
        .satisfies(
            toleration -> {
              assertThat(toleration.getOperator()).isEqualTo("Exists");
              assertThat(toleration.getTolerationSeconds()).isNull();
            });
    assertThat(reboot(Map.of()).getSpec().getPriorityClassName()).isEqualTo("system-node-critical");
  }

  @Test
  void theRebootPodLooksForTheSentinelOfItsJob() {
    assertThat(reboot(Map.of()).getSpec().getContainers().getFirst().getCommand())
        .contains("op-edge-1-abcde-*");
  }

  @Test
  void preflightPodsAreAsUpstreams() {
    Pod pod =
        preflight(
            "image: own\nimagePullSecrets: [{name: login}]\nhostMountPath: /node\n"
                + "preflight: {command: [look, closely], activeDeadlineSeconds: 33}");
    PodSpec spec = pod.getSpec();
    Container container = spec.getContainers().getFirst();
    assertThat(spec.getRestartPolicy()).isEqualTo("OnFailure");
    assertThat(spec.getActiveDeadlineSeconds()).isEqualTo(33);
    assertThat(spec.getImagePullSecrets()).containsExactly(new LocalObjectReference("login"));
    assertThat(container.getName()).isEqualTo("preflight");
    assertThat(container.getImage()).isEqualTo("own");
    assertThat(container.getCommand()).containsExactly("look", "closely");
    assertThat(container.getTerminationMessagePolicy()).isEqualTo("File");
    assertThat(container.getSecurityContext()).isNull();
    assertThat(container.getVolumeMounts())
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.getName()).isEqualTo("host-root");
              assertThat(mount.getMountPath()).isEqualTo("/node");
              assertThat(mount.getReadOnly()).isTrue();
            });
    assertThat(value(container, "HOST_DIR")).isEqualTo("/node");
    assertThat(pod.getMetadata().getLabels())
        .containsEntry("kairos.io/nodeop", "op")
        .containsEntry("kairos.io/node", "edge-1")
        .containsEntry("kairos.io/preflight", "true");
    assertOwned(pod);
  }

  @Test
  void theImageOfThePreflightIsForThePreflightAlone() {
    String spec = "image: own\npreflight: {command: [look], image: other}";
    assertThat(preflight(spec).getSpec().getContainers().getFirst().getImage()).isEqualTo("other");
    assertThat(mainImage(job(spec))).isEqualTo("own");
  }

  @Test
  void withoutADeadlineAPreflightHasOneAnyhow() {
    assertThat(preflight("preflight: {command: [look]}").getSpec().getActiveDeadlineSeconds())
        .isEqualTo(120);
  }

  @Test
  void namesFollowFromNodeOpNodeAndAttempt() {
    var names = new NodeOpNames("op", "ns", "uid-1");
    assertThat(names.job("a", 1)).isEqualTo(names.job("a", 1)).isNotEqualTo(names.job("a", 2));
    assertThat(names.job("a", 1)).isNotEqualTo(new NodeOpNames("op", "ns", "uid-2").job("a", 1));
    assertThat(names.preflightPod("a", 1)).isNotEqualTo(names.rebootPod("a", names.job("a", 1)));
  }

  @Test
  void nodeOpsOfTheSameNameInTwoNamespacesShareNothing() {
    var one = new NodeOpNames("op", "ns", "uid-1");
    var other = new NodeOpNames("op", "other", "uid-2");
    assertThat(one.cordon()).isNotEqualTo(other.cordon());
    assertThat(one.rebootPod("a", one.job("a", 1)))
        .isNotEqualTo(other.rebootPod("a", other.job("a", 1)));
  }

  @Test
  void aCommandMayRunWithoutPrivileges() {
    Job job = job("securityContext: {runAsUser: 1000}");
    assertThat(pod(job).getContainers().getFirst().getSecurityContext().getPrivileged()).isNull();
  }
}
