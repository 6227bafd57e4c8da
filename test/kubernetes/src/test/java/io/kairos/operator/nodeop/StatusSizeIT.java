package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.KitClient;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.operator.MergePatch;
import io.kairos.operator.nodeop.NodeStatus.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a real API server and its etcd take of a status of 5,000 nodes. */
@Tag("cluster")
class StatusSizeIT {
  private static final Path FOLDER = Path.of("target/StatusSizeIT").toAbsolutePath();
  private static final String KINDS = "operator.kairos.io_nodeops";
  private static final String TIME = "2026-03-01T10:00:00Z";
  private static Cluster cluster;
  private static KubernetesClient client;

  @BeforeAll
  static void start() {
    var host = LinuxHost.here();
    FileTree.delete(FOLDER);
    cluster =
        Cluster.start(
            host,
            ClusterSpec.controlPlane(FOLDER, KubernetesProgram.built(host), ClusterSpec.Parts.API));
    client = KitClient.of(cluster.kubeconfig());
    client
        .load(NodeOp.class.getResourceAsStream("/io/kairos/operator/crd/" + KINDS + ".yaml"))
        .items()
        .forEach(item -> client.resource(item).create());
    cluster.controlPlane().awaitServed("operator.kairos.io/v1alpha1/nodeops");
  }

  @AfterAll
  static void end() {
    if (client != null) {
      client.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  /** As they are after a Job with long output, while the node reboots. */
  private static NodeStatus rebooting(String job) {
    return NodeStatus.fresh(2)
        .phase(NodeStatus.COMPLETED)
        .jobName(job)
        .rebootStatus(NodeStatus.REBOOT_PENDING)
        .lastUpdated(TIME)
        .message("Job completed successfully")
        .step(Step.Reboot, TIME)
        .bootID("c2a1fc48-7c7c-4d5a-9ff8-7d1b2a6c51f0")
        .versions("v4.0.0", "v4.1.0")
        .done();
  }

  private static NodeStatus failed(String job) {
    return NodeStatus.fresh(2)
        .phase(NodeStatus.FAILED)
        .jobName(job)
        .rebootStatus(NodeStatus.REBOOT_CANCELLED)
        .lastUpdated(TIME)
        .reason("JobFailed")
        .message("Job failed: container nodeop exited with 1: " + "<\"no space\"> & ".repeat(20))
        .done();
  }

  private static Map<String, NodeStatus> ofFiveThousand(Function<String, NodeStatus> ofJob) {
    var entries = new TreeMap<String, NodeStatus>();
    for (int i : IntStream.range(0, 5000).toArray()) {
      String node = "ip-10-20-%04d.eu-central-1.compute.internal".formatted(i);
      String job = "kairos-upgrade-ip-10-20-%04d.eu-central-1.co-2ef65fd17386-x4ffs".formatted(i);
      entries.put(node, ofJob.apply(job));
    }
    return entries;
  }

  private static NodeOp made(String name) {
    var nodeOp = new NodeOp();
    nodeOp.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("default").build());
    nodeOp.setSpec(
        new KubernetesSerialization()
            .unmarshal("command: ['true']\nrebootOnSuccess: true", NodeOpSpec.class));
    nodeOp.setStatus(null);
    return client.resource(nodeOp).create();
  }

  /** What the API server holds then. */
  private static Map<String, NodeStatus> written(NodeOp nodeOp, Map<String, NodeStatus> entries) {
    var status =
        new NodeOpStatus("Running", entries, TIME, 1L, List.of(), null, "", TIME, null, null);
    String patch =
        new StatusPatch(client.getKubernetesSerialization()).of(nodeOp, status, TIME).orElseThrow();
    MergePatch.target(client, nodeOp).subresource("status").patch(MergePatch.CONTEXT, patch);
    return client.resource(nodeOp).get().getStatus().nodeStatuses();
  }

  private static void assertTakenOnlyWhenFitted(String name, Map<String, NodeStatus> entries) {
    NodeOp nodeOp = made(name);
    assertThatThrownBy(() -> written(nodeOp, entries))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("too large");
    Map<String, NodeStatus> fitted = StatusBudget.fitted(entries);
    assertThat(written(nodeOp, fitted)).isEqualTo(fitted);
  }

  @Test
  void allRebootingAtOnceFit() {
    assertTakenOnlyWhenFitted("rebooting", ofFiveThousand(StatusSizeIT::rebooting));
  }

  @Test
  void allFailedWithLongReasonsFit() {
    assertTakenOnlyWhenFitted("failed", ofFiveThousand(StatusSizeIT::failed));
  }
}
