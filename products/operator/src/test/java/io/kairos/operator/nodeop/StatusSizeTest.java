package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.operator.nodeop.PodFacts.Ended;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusSizeTest {
  /** Of a request to etcd, by its default; managed fields know nodeStatuses as one (map-type). */
  private static final int ETCD_LIMIT = 1_572_864;

  /** What a server adds that no test here has: managed fields, and the spec of a whole upgrade. */
  private static final int REST = 40_000;

  private static FakeCluster cluster(int nodes, String nameOfNodes) {
    return new FakeCluster(
        "kairos-upgrade",
        Specs.of("rebootOnSuccess: true\nhealthGate: {}\nbackoffLimit: 0"),
        IntStream.range(0, nodes).mapToObj(nameOfNodes::formatted).toList());
  }

  private static FakeCluster fiveThousand() {
    return cluster(5000, "ip-10-20-%04d.eu-central-1.compute.internal");
  }

  private static void assertFits(FakeCluster cluster, String when) {
    assertThat(size(cluster)).as(when).isLessThan(ETCD_LIMIT - REST);
  }

  private static int size(FakeCluster cluster) {
    NodeOp nodeOp = cluster.nodeOp();
    return new KubernetesSerialization().asJson(nodeOp).getBytes(StandardCharsets.UTF_8).length;
  }

  private static List<String> nodes(FakeCluster cluster) {
    return List.copyOf(cluster.nodes.keySet());
  }

  @Test
  void fiveThousandNodesFitAnObjectOfEtcdAtEveryStep() {
    FakeCluster cluster = fiveThousand();
    cluster.settle();
    assertFits(cluster, "all in flight");
    nodes(cluster)
        .forEach(node -> cluster.jobSucceeds(node, "fromVersion=v4.0.0\ntoVersion=v4.1.0"));
    cluster.settle();
    assertFits(cluster, "all rebooting");
    nodes(cluster).forEach(node -> cluster.reboots(node, "c2a1fc48-7c7c-4d5a-9ff8-7d1b2a6c51f0"));
    cluster.settle();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
    assertThat(cluster.status.counts().succeeded()).isEqualTo(5000);
    assertFits(cluster, "finished");
  }

  @Test
  void fiveThousandFailuresWithLongReasonsFitAndEachStillSaysWhy() {
    FakeCluster cluster = fiveThousand();
    cluster.settle();
    String why = "<error>: \"no space left on device\" & nothing to be done; ".repeat(20);
    for (String node : nodes(cluster)) {
      cluster.jobFails(node);
      cluster.jobPod(node, cluster.jobOf(node), new Ended(1, "Error", why));
    }
    cluster.settle();
    assertThat(cluster.status.counts().failed()).isEqualTo(5000);
    assertFits(cluster, "all failed");
    assertThat(cluster.status.nodeStatuses().values())
        .allSatisfy(
            entry -> {
              assertThat(entry.reason()).isEqualTo("JobFailed");
              assertThat(entry.message())
                  .startsWith("Job failed: container nodeop")
                  .endsWith("...");
            });
  }

  /** The other way round would be a patch at every look, of a megabyte. */
  @Test
  void whatWasLeftOutIsNoChangeAtTheNextLook() {
    FakeCluster cluster = fiveThousand();
    cluster.settle();
    NodeOpStatus before = cluster.status;
    cluster.now = cluster.now.plusSeconds(60);
    cluster.look();
    assertThat(cluster.status.nodeStatuses()).isEqualTo(before.nodeStatuses());
  }

  @Test
  void moreThanFitAreStartedAsFarAsTheyDoAndTheStatusTellsWhy() {
    FakeCluster cluster = cluster(9000, "ip-10-20-%04d.eu-central-1.compute.internal");
    cluster.settle();
    assertFits(cluster, "as many as fit");
    assertThat(cluster.status.entries()).hasSizeBetween(4000, 8999);
    assertThat(cluster.status.message()).contains("spec.nodeSelector");
  }

  @Test
  void withFewNodesNothingIsLeftOut() {
    FakeCluster cluster = cluster(100, "node-%d");
    cluster.settle();
    assertThat(cluster.status.nodeStatuses().values())
        .allSatisfy(
            entry -> {
              assertThat(entry.message()).isNotEmpty();
              assertThat(entry.lastUpdated()).isNotEmpty();
            });
    Map<String, NodeStatus> all = cluster.status.nodeStatuses();
    assertThat(StatusBudget.fitted(all)).isEqualTo(all);
  }
}
