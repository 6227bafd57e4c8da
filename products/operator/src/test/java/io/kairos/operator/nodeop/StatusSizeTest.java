package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusSizeTest {
  /** Of a request to etcd, by its default; managed fields know nodeStatuses as one (map-type). */
  private static final int ETCD_LIMIT = 1_572_864;

  @Test
  void fiveThousandRebootedNodesFitAnObjectOfEtcd() {
    var cluster =
        new FakeCluster(
            Specs.of("rebootOnSuccess: true\nhealthGate: {}"),
            IntStream.range(0, 5000)
                .mapToObj("ip-10-20-%04d.eu-central-1.compute.internal"::formatted)
                .toArray(String[]::new));
    cluster.settle();
    int inFlight = size(cluster);
    cluster
        .nodes
        .keySet()
        .forEach(n -> cluster.jobSucceeds(n, "fromVersion=v4.0.0-\ntoVersion=v4.1.0-"));
    cluster.settle();
    cluster
        .nodes
        .keySet()
        .forEach(node -> cluster.reboots(node, "c2a1fc48-7c7c-4d5a-9ff8-7d1b2a6c51f0"));
    cluster.settle();
    assertThat(cluster.status.phase()).isEqualTo("Completed");
    assertThat(size(cluster)).as("finished").isLessThan(ETCD_LIMIT);
    assertThat(inFlight).as("all in flight").isLessThan(ETCD_LIMIT);
  }

  private static int size(FakeCluster cluster) {
    NodeOp nodeOp = cluster.nodeOp();
    return new KubernetesSerialization().asJson(nodeOp).getBytes(StandardCharsets.UTF_8).length;
  }
}
