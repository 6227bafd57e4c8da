package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.operator.process.OperatorProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the operator keeps in the cluster for the labeler. */
@Tag("cluster")
class LabelerIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/LabelerIT").toAbsolutePath();
  private static final String NAME = "kairos-node-labeler";
  private static OperatorFixture fixture;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    FileTree.delete(FOLDER);
    fixture =
        new OperatorFixture(
            Cluster.start(HOST, ClusterSpec.controlPlane(FOLDER, program, ClusterSpec.Parts.API)));
  }

  @AfterAll
  static void end() {
    if (fixture != null) {
      fixture.close();
    }
  }

  private static void addNode(String name, Map<String, String> labels) {
    Node node =
        new NodeBuilder().withNewMetadata().withName(name).withLabels(labels).endMetadata().build();
    fixture.client.resource(node).create();
  }

  private static List<Job> jobs(String node) {
    return fixture
        .client
        .batch()
        .v1()
        .jobs()
        .inNamespace(OperatorFixture.OPERATOR_NAMESPACE)
        .withLabel("app", NAME)
        .withLabel("node", node)
        .list()
        .getItems();
  }

  private static DaemonSet daemonSet() {
    return fixture
        .client
        .apps()
        .daemonSets()
        .inNamespace(OperatorFixture.OPERATOR_NAMESPACE)
        .withName(NAME)
        .get();
  }

  private static String image() {
    DaemonSet set = daemonSet();
    return set == null
        ? ""
        : set.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage();
  }

  @Test
  void eachNewNodeIsLookedAtOnceAndOneThatWasSetUpAnewOnceMore() {
    addNode("opted-out", Map.of("kairos.io/managed", "false"));
    addNode("l1", Map.of());
    try (OperatorProcess operator = fixture.operator(fixture.cluster.kubeconfig())) {
      fixture.await("the first look", () -> jobs("l1").size() == 1);
      String first = jobs("l1").getFirst().getMetadata().getUid();
      addNode("l2", Map.of());
      fixture.await("the look at another node", () -> jobs("l2").size() == 1);
      assertThat(jobs("l1"))
          .singleElement()
          .satisfies(job -> assertThat(job.getMetadata().getUid()).isEqualTo(first));
      assertThat(jobs("opted-out")).isEmpty();
      fixture.client.nodes().withName("l1").delete();
      addNode("l1", Map.of());
      fixture.await(
          "the look at the new machine",
          () ->
              jobs("l1").size() == 1
                  && !jobs("l1").getFirst().getMetadata().getUid().equals(first));
      assertThat(operator.isLeading()).isTrue();
    }
  }

  @Test
  void theDaemonSetIsMadeOnceMadeAgainAndFollowsTheImage() {
    try (OperatorProcess operator = fixture.operator(fixture.cluster.kubeconfig())) {
      fixture.await("the DaemonSet", () -> daemonSet() != null);
      String first = daemonSet().getMetadata().getUid();
      addNode("wake", Map.of()); // another round
      fixture.await("another round", () -> jobs("wake").size() == 1);
      assertThat(daemonSet().getMetadata().getUid()).isEqualTo(first);
      assertThat(daemonSet().getMetadata().getGeneration()).isEqualTo(1);
      fixture.client.resource(daemonSet()).delete();
      fixture.await("it to be made again", () -> daemonSet() != null);
      assertThat(operator.isLeading()).isTrue();
    }
    var environment = new HashMap<>(OperatorFixture.environment());
    environment.put("NODE_LABELER_IMAGE", "labeler:next");
    try (OperatorProcess next = fixture.operator(fixture.cluster.kubeconfig(), environment)) {
      fixture.await("the new image", () -> image().equals("labeler:next"));
      assertThat(next.isLeading()).isTrue();
    }
  }
}
