package io.kairos.operator.labeler;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.kairos.operator.Names;
import java.util.Map;

/**
 * What the labeler consists of in the cluster: a Job looks once whether a node runs Kairos, a
 * DaemonSet keeps the labels of those that do.
 *
 * @param namespace the operator's
 * @param image of the labeler
 */
record LabelerObjects(String namespace, String image) {
  /** Label of the Job: which node object it was made for; a machine set up anew has another. */
  static final String NODE_UID_LABEL = "operator.kairos.io/node-uid";

  private static final String NODE_LABEL = "node";
  private static final String APP_LABEL = "app";
  private static final String CONTAINER = "node-labeler";
  private static final String HOST_ETC = "host-etc";
  private static final String HOST_ETC_PATH = "/host/etc";
  private static final String HOST_COS = "host-run-cos";
  private static final String HOST_COS_PATH = "/host/run/cos";
  private static final long USER = 1000;
  private static final String EVERY_SECONDS = "60";

  ServiceAccount serviceAccount() {
    return new ServiceAccountBuilder()
        .withNewMetadata()
        .withName(Names.LABELER)
        .withNamespace(namespace)
        .endMetadata()
        .build();
  }

  ClusterRole clusterRole() {
    return new ClusterRoleBuilder()
        .withNewMetadata()
        .withName(Names.LABELER)
        .endMetadata()
        .addNewRule()
        .withApiGroups("")
        .withResources("nodes")
        .withVerbs("get", "list", "watch", "update", "patch")
        .endRule()
        .build();
  }

  ClusterRoleBinding clusterRoleBinding() {
    return new ClusterRoleBindingBuilder()
        .withNewMetadata()
        .withName(Names.LABELER)
        .endMetadata()
        .withNewRoleRef()
        .withApiGroup("rbac.authorization.k8s.io")
        .withKind("ClusterRole")
        .withName(Names.LABELER)
        .endRoleRef()
        .addNewSubject()
        .withKind("ServiceAccount")
        .withName(Names.LABELER)
        .withNamespace(namespace)
        .endSubject()
        .build();
  }

  static String jobName(String node) {
    return Names.shortened(Names.LABELER + "-" + node, Names.LABEL_LIMIT);
  }

  Job job(String node, String uid) {
    return new JobBuilder()
        .withNewMetadata()
        .withName(jobName(node))
        .withNamespace(namespace)
        .withLabels(
            Map.of(
                APP_LABEL,
                Names.LABELER,
                NODE_LABEL,
                Names.labelValue(node),
                NODE_UID_LABEL,
                Names.labelValue(uid)))
        .endMetadata()
        .withNewSpec()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels(APP_LABEL, Names.LABELER)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .withServiceAccountName(Names.LABELER)
        .withRestartPolicy("Never")
        .withTolerations(new TolerationBuilder().withOperator("Exists").build())
        .withContainers(
            container()
                .addToEnv(
                    new EnvVarBuilder().withName("HOST_ETC_PATH").withValue(HOST_ETC_PATH).build())
                .build())
        .withVolumes(volume(HOST_ETC, "/etc", null))
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  DaemonSet daemonSet() {
    Map<String, String> podLabels = Map.of(APP_LABEL, Names.LABELER, "mode", "daemon");
    return new DaemonSetBuilder()
        .withNewMetadata()
        .withName(Names.LABELER)
        .withNamespace(namespace)
        .withLabels(Map.of(APP_LABEL, Names.LABELER))
        .endMetadata()
        .withNewSpec()
        .withNewSelector()
        .withMatchLabels(podLabels)
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(podLabels)
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName(Names.LABELER)
        .withNodeSelector(Map.of(Names.MANAGED_LABEL, "true"))
        .withTolerations(new TolerationBuilder().withOperator("Exists").build())
        .withContainers(
            container()
                .withArgs("--every", EVERY_SECONDS)
                .addNewVolumeMount()
                .withName(HOST_COS)
                .withMountPath(HOST_COS_PATH)
                .withReadOnly(true)
                .endVolumeMount()
                .build())
        .withVolumes(
            volume(HOST_ETC, "/etc", null), volume(HOST_COS, "/run/cos", "DirectoryOrCreate"))
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private ContainerBuilder container() {
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(image)
        .withImagePullPolicy("IfNotPresent")
        .withSecurityContext(
            new SecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withAllowPrivilegeEscalation(false)
                .build())
        .addToEnv(
            new EnvVarBuilder()
                .withName("NODE_NAME")
                .withNewValueFrom()
                .withNewFieldRef()
                .withApiVersion("v1")
                .withFieldPath("spec.nodeName")
                .endFieldRef()
                .endValueFrom()
                .build())
        .addNewVolumeMount()
        .withName(HOST_ETC)
        .withMountPath(HOST_ETC_PATH)
        .withReadOnly(true)
        .endVolumeMount();
  }

  private static Volume volume(String name, String path, String type) {
    return new VolumeBuilder()
        .withName(name)
        .withNewHostPath()
        .withPath(path)
        .withType(type)
        .endHostPath()
        .build();
  }
}
