package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.kairos.operator.Names;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.Owners;
import io.kairos.operator.Resources;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import io.kairos.operator.nodeop.NodeOpAction.CreatePreflightPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRebootPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRollbackJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Jobs and pods of a NodeOp, as values: same NodeOp and node, same object. */
final class NodeOpObjects {
  static final String MAIN_CONTAINER = "nodeop";
  static final String PREFLIGHT_CONTAINER = "preflight";
  private static final String SENTINEL_CONTAINER = "sentinel-creator";
  private static final String REBOOT_CONTAINER = "reboot";
  private static final String HOST_ROOT = "host-root";
  private static final String SENTINEL_VOLUME = "sentinel-volume";
  private static final String SENTINEL_FOLDER = "/usr/local/.kairos";
  private static final String SENTINEL_MOUNT = "/sentinel";
  private static final String HOST_DIR = "HOST_DIR";
  private static final String BUSYBOX = "busybox:latest";
  private static final String FROM_LOG = "FallbackToLogsOnError";
  private static final int DEFAULT_BACKOFF = 6;
  private static final int DEFAULT_PREFLIGHT_SECONDS = 120;

  private final NodeOp nodeOp;
  private final NodeOpSpec spec;
  private final NodeOpNames names;
  private final OperatorEnvironment environment;

  NodeOpObjects(NodeOp nodeOp, OperatorEnvironment environment) {
    this.nodeOp = nodeOp;
    this.spec = nodeOp.specOrEmpty();
    this.names = NodeOpNames.of(nodeOp);
    this.environment = environment;
  }

  Pod preflightPod(CreatePreflightPod wanted) {
    var preflight = spec.preflight();
    Integer seconds = preflight.activeDeadlineSeconds();
    Container container =
        new ContainerBuilder()
            .withName(PREFLIGHT_CONTAINER)
            .withImage(given(preflight.image()).orElseGet(this::mainImage))
            .withCommand(preflight.command())
            .withEnv(variable(HOST_DIR, spec.mountPath()))
            .withTerminationMessagePolicy("File")
            .withResources(spec.preflightResources())
            .withVolumeMounts(
                new VolumeMountBuilder(mount(HOST_ROOT, spec.mountPath()))
                    .withReadOnly(true)
                    .build())
            .build();
    return new PodBuilder()
        .withMetadata(
            metadata(
                names.preflightPod(wanted.node(), wanted.attempt()),
                wanted.node(),
                Map.of(Names.PREFLIGHT_LABEL, "true")))
        .withSpec(
            base(wanted.node())
                .withRestartPolicy("OnFailure")
                .withActiveDeadlineSeconds(
                    seconds == null || seconds <= 0
                        ? (long) DEFAULT_PREFLIGHT_SECONDS
                        : seconds.longValue())
                .withContainers(container)
                .withVolumes(hostPath(HOST_ROOT, "/", null))
                .build())
        .build();
  }

  Pod rebootPod(CreateRebootPod wanted) {
    var variables = new ArrayList<EnvVar>();
    variables.add(fieldVariable("POD_NAME", "metadata.name"));
    variables.add(fieldVariable("POD_NAMESPACE", "metadata.namespace"));
    wanted.before().ifPresent(boot -> variables.add(variable("BOOT_ID_BEFORE", boot)));
    Container container =
        new ContainerBuilder()
            .withName(REBOOT_CONTAINER)
            .withImage(environment.rebootImage())
            .withCommand(
                "/bin/sh",
                "-c",
                Resources.text(NodeOpObjects.class, "reboot.sh"),
                REBOOT_CONTAINER,
                wanted.job() + "-*")
            .withEnv(variables)
            .withResources(spec.rebootResources())
            .withSecurityContext(
                new SecurityContextBuilder().withPrivileged(true).withRunAsUser(0L).build())
            .withVolumeMounts(mount(SENTINEL_VOLUME, SENTINEL_MOUNT))
            .build();
    return new PodBuilder()
        .withMetadata(
            metadata(
                names.rebootPod(wanted.node(), wanted.job()),
                wanted.node(),
                Map.of(Names.REBOOT_LABEL, "true")))
        .withSpec(
            base(wanted.node())
                .withRestartPolicy("OnFailure")
                .withHostPID(true)
                .withPriorityClassName("system-node-critical")
                .withContainers(container)
                .withVolumes(hostPath(SENTINEL_VOLUME, SENTINEL_FOLDER, "DirectoryOrCreate"))
                .build())
        .build();
  }

  Job job(CreateJob wanted) {
    Container main =
        new ContainerBuilder()
            .withName(MAIN_CONTAINER)
            .withImage(mainImage())
            .withCommand(spec.command())
            .withEnv(variable(HOST_DIR, spec.mountPath()))
            .withTerminationMessagePolicy(FROM_LOG)
            .withResources(spec.resources())
            .withSecurityContext(
                spec.securityContext() == null ? privileged() : spec.securityContext())
            .withVolumeMounts(mount(HOST_ROOT, spec.mountPath()))
            .build();
    var volumes = new ArrayList<Volume>(List.of(hostPath(HOST_ROOT, "/", null)));
    PodSpecBuilder pod = base(wanted.node()).withRestartPolicy("Never");
    if (spec.reboots()) {
      volumes.add(hostPath(SENTINEL_VOLUME, SENTINEL_FOLDER, "DirectoryOrCreate"));
      pod.withInitContainers(main).withContainers(sentinel());
    } else {
      pod.withContainers(main);
    }
    return job(wanted.node(), wanted.job(), pod.withVolumes(volumes).build(), backoffLimit());
  }

  /** Chooses the system before; runs with the host's own agent. */
  Job rollbackJob(CreateRollbackJob wanted) {
    Container main =
        new ContainerBuilder()
            .withName(MAIN_CONTAINER)
            .withImage(environment.rebootImage())
            .withCommand("/bin/sh", "-c", Resources.text(NodeOpObjects.class, "rollback.sh"))
            .withTerminationMessagePolicy(FROM_LOG)
            .withSecurityContext(new SecurityContextBuilder(privileged()).withRunAsUser(0L).build())
            .build();
    PodSpec pod =
        base(wanted.node())
            .withRestartPolicy("Never")
            .withHostPID(true)
            .withInitContainers(main)
            .withContainers(sentinel())
            .withVolumes(hostPath(SENTINEL_VOLUME, SENTINEL_FOLDER, "DirectoryOrCreate"))
            .build();
    return job(wanted.node(), wanted.job(), pod, 1);
  }

  private Job job(String node, String name, PodSpec pod, int backoffLimit) {
    ObjectMeta meta = metadata(name, node, Map.of());
    return new JobBuilder()
        .withMetadata(meta)
        .withNewSpec()
        .withBackoffLimit(backoffLimit)
        .withPodReplacementPolicy("Failed") // never two commands at once on a node
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(meta.getLabels())
        .withAnnotations(meta.getAnnotations())
        .endMetadata()
        .withSpec(pod)
        .endTemplate()
        .endSpec()
        .build();
  }

  private Container sentinel() {
    return new ContainerBuilder()
        .withName(SENTINEL_CONTAINER)
        .withImage(environment.sentinelImage().or(() -> given(spec.image())).orElse(BUSYBOX))
        .withCommand("/bin/sh", "-c", Resources.text(NodeOpObjects.class, "sentinel.sh"))
        .withEnv(fieldVariable("JOB_NAME", "metadata.labels['batch.kubernetes.io/job-name']"))
        .withVolumeMounts(mount(SENTINEL_VOLUME, SENTINEL_MOUNT))
        .build();
  }

  private int backoffLimit() {
    return spec.backoffLimit() == null ? DEFAULT_BACKOFF : spec.backoffLimit();
  }

  private String mainImage() {
    return given(spec.image()).orElseGet(environment::nodeOpDefaultImage);
  }

  /** A pod that stays where it is put, whatever the node's taints, and holds no API token. */
  private PodSpecBuilder base(String node) {
    return new PodSpecBuilder()
        .withNodeName(node)
        .withAutomountServiceAccountToken(false)
        .withImagePullSecrets(spec.imagePullSecrets() == null ? List.of() : spec.imagePullSecrets())
        .withTolerations(everything());
  }

  private static Toleration everything() {
    return new TolerationBuilder().withOperator("Exists").build();
  }

  private ObjectMeta metadata(String name, String node, Map<String, String> more) {
    var labels = new LinkedHashMap<String, String>();
    labels.put(Names.NODEOP_LABEL, Names.labelValue(names.nodeOp()));
    labels.put(Names.NODE_LABEL, Names.labelValue(node));
    labels.putAll(more);
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(names.namespace())
        .withLabels(labels)
        .withAnnotations(
            Map.of(Names.NODEOP_NAME_ANNOTATION, names.nodeOp(), Names.NODE_NAME_ANNOTATION, node))
        .withOwnerReferences(Owners.controller(nodeOp))
        .build();
  }

  private static Optional<String> given(String text) {
    return Optional.ofNullable(text).filter(value -> !value.isEmpty());
  }

  private static SecurityContext privileged() {
    return new SecurityContextBuilder().withPrivileged(true).build();
  }

  private static Volume hostPath(String name, String path, String type) {
    return new VolumeBuilder()
        .withName(name)
        .withNewHostPath()
        .withPath(path)
        .withType(type)
        .endHostPath()
        .build();
  }

  private static VolumeMount mount(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path).build();
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private static EnvVar fieldVariable(String name, String field) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewFieldRef()
        .withFieldPath(field)
        .endFieldRef()
        .endValueFrom()
        .build();
  }
}
