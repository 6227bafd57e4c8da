package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.operator.nodeop.NodeStatus;
import io.kairos.operator.process.OperatorProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** NodeOps on three nodes with real kubelets. */
@Tag("cluster")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeOpIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/NodeOpIT").toAbsolutePath();
  private static final List<String> NODES = List.of("n1", "n2", "n3");
  private static OperatorFixture fixture;
  private static OperatorProcess operator;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.withNodesOrSkip(HOST);
    FileTree.delete(FOLDER);
    fixture = new OperatorFixture(Cluster.start(HOST, ClusterSpec.cluster(FOLDER, program, 3)));
    operator = fixture.operator(fixture.cluster.kubeconfig());
  }

  @AfterAll
  static void end() {
    if (operator != null) {
      operator.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  @AfterEach
  void cleanUp() {
    if (fixture != null) {
      fixture.deleteNodeOps();
      fixture.assertNobodyIsCordoned();
    }
  }

  @Test
  void oneNodeAfterTheOther() throws IOException {
    fixture.create(
        "serial", "command: [sh, -c, 'hostname > $HOST_DIR/var/serial']\nconcurrency: 1");
    fixture.awaitPhase("serial", "Completed");
    List<Job> jobs =
        fixture.jobsOf("serial").stream()
            .sorted(Comparator.comparing(job -> job.getStatus().getStartTime()))
            .toList();
    assertThat(jobs).hasSize(3);
    for (int i = 1; i < jobs.size(); i++) {
      assertThat(Instant.parse(jobs.get(i).getMetadata().getCreationTimestamp()))
          .isAfterOrEqualTo(Instant.parse(jobs.get(i - 1).getStatus().getCompletionTime()));
    }
    for (String node : NODES) {
      assertThat(Files.exists(fixture.cluster.node(node).path("/var/serial"))).isTrue();
      assertThat(fixture.entry("serial", node).message()).isEqualTo("Job completed successfully");
    }
  }

  @Test
  void allChosenNodesAtOnce() {
    label("n1", "zone", "x");
    label("n2", "zone", "x");
    fixture.create(
        "parallel",
        "command: [sh, -c, 'sleep 3']\nnodeSelector: {matchLabels: {zone: x}}\nconcurrency: 0");
    fixture.await("two Jobs at once", () -> fixture.jobsOf("parallel").size() == 2);
    fixture.awaitPhase("parallel", "Completed");
    assertThat(fixture.nodeOp("parallel").getStatus().nodeStatuses()).containsOnlyKeys("n1", "n2");
    label("n1", "zone", null);
    label("n2", "zone", null);
  }

  @Test
  void aDrainWaitsForABudgetThatBlocksAndThenYields() {
    fixture.createAll(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - {name: web, image: "docker.io/library/busybox:kairos", command: [sleep, "3600"]}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web}
        spec:
          minAvailable: 1
          selector: {matchLabels: {app: web}}
        """);
    fixture.await("web to run", () -> web().stream().anyMatch(NodeOpIT::isReady));
    fixture.await(
        "the budget to be counted",
        () ->
            Integer.valueOf(1)
                .equals(
                    fixture
                        .client
                        .policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace("default")
                        .withName("web")
                        .get()
                        .getStatus()
                        .getCurrentHealthy()));
    String node = web().getFirst().getSpec().getNodeName();
    fixture.create(
        "drain",
        "command: ['true']\nnodeSelector: {matchLabels: {kubernetes.io/hostname: "
            + node
            + "}}\ncordon: true\ndrainOptions: {enabled: true}");
    fixture.await(
        "the status to name the budget",
        () ->
            fixture.isEntry(
                "drain",
                node,
                entry -> entry.message().contains("web") && entry.message().contains("budget")));
    assertThat(fixture.jobsOf("drain")).isEmpty();
    assertThat(fixture.isSchedulable(node)).isFalse();
    fixture.client.policy().v1().podDisruptionBudget().inNamespace("default").delete();
    fixture.awaitPhase("drain", "Completed");
    fixture.await(
        "web to run elsewhere",
        () ->
            web().stream()
                .anyMatch(pod -> isReady(pod) && !node.equals(pod.getSpec().getNodeName())));
    fixture.client.apps().deployments().inNamespace("default").withName("web").delete();
  }

  private static List<Pod> web() {
    return fixture.client.pods().inNamespace("default").withLabel("app", "web").list().getItems();
  }

  private static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  @Test
  void aPreflightSkipsNodesThatNeedNothing() throws IOException {
    Files.writeString(fixture.cluster.node("n2").path("/var/done"), "yes");
    fixture.create(
        "preflight",
        """
        command: ['true']
        cordon: true
        preflight:
          command: [sh, -c, 'if [ -f $HOST_DIR/var/done ]; then echo "done already" > /dev/termination-log; fi']
        """);
    fixture.awaitPhase("preflight", "Completed");
    assertThat(fixture.entry("preflight", "n2").message())
        .isEqualTo("Skipped by preflight: done already");
    assertThat(fixture.entry("preflight", "n2").jobName()).isNull();
    assertThat(fixture.entry("preflight", "n1").jobName()).isNotNull();
    assertThat(fixture.jobsOf("preflight")).hasSize(2);
    fixture.await(
        "preflight pods to be gone",
        () ->
            fixture
                .client
                .pods()
                .inNamespace("default")
                .withLabel("kairos.io/preflight", "true")
                .list()
                .getItems()
                .isEmpty());
  }

  @Test
  void aNodeRebootsAndProvesItByItsBootId() {
    String before = bootId("n1");
    fixture.create(
        "reboot",
        """
        command: ['true']
        nodeSelector: {matchLabels: {kubernetes.io/hostname: n1}}
        cordon: true
        rebootOnSuccess: true
        healthGate: {timeoutSeconds: 120}
        """);
    fixture.awaitPhase("reboot", "Completed");
    assertThat(bootId("n1")).isNotEqualTo(before);
    assertThat(fixture.entry("reboot", "n1").rebootStatus()).isEqualTo("completed");
    assertThat(fixture.entry("reboot", "n1").message())
        .isEqualTo("Job and reboot completed successfully");
    assertThat(Files.exists(fixture.cluster.node("n1").path("/usr/local/.kairos"))).isTrue();
  }

  private static String bootId(String node) {
    return fixture.node(node).getStatus().getNodeInfo().getBootID();
  }

  @Test
  void aFailureStopsTheRolloutAndTellsTheReason() {
    fixture.create(
        "fails",
        """
        command: [sh, -c, 'echo no space left; exit 3']
        concurrency: 1
        stopOnFailure: true
        backoffLimit: 0
        cordon: true
        uncordonOnFailure: true
        """);
    fixture.awaitPhase("fails", "Failed");
    assertThat(fixture.jobsOf("fails")).hasSize(1);
    assertThat(fixture.entry("fails", "n1").message())
        .isEqualTo("Job failed: container nodeop exited with 3: no space left");
    assertThat(fixture.nodeOp("fails").getStatus().message()).contains("stopped: node n1 failed");
    fixture.await(
        "the event on the node",
        () ->
            fixture.client.v1().events().inNamespace("default").list().getItems().stream()
                .anyMatch(
                    event ->
                        event.getInvolvedObject().getName().equals("n1")
                            && event.getReason().equals("NodeOpJobFailed")));
  }

  @Test
  void deletionInMidRunEndsTheCommandAndGivesTheNodeBack() {
    fixture.create("deleted", "command: [sh, -c, 'sleep 600']\ncordon: true\nconcurrency: 1");
    fixture.await(
        "the command to run",
        () -> fixture.isEntry("deleted", "n1", entry -> "Running".equals(entry.phase())));
    assertThat(fixture.isSchedulable("n1")).isFalse();
    fixture.deleteNodeOps();
    fixture.assertNobodyIsCordoned();
    fixture.await("its Jobs to be gone", () -> fixture.jobsOf("deleted").isEmpty());
  }

  @Test
  void pausedItStartsNothingAndResumes() {
    fixture.create("paused", "command: [sh, -c, 'sleep 2']\nconcurrency: 1");
    fixture.await("the first Job", () -> fixture.jobsOf("paused").size() == 1);
    fixture.patchSpec("paused", "{\"paused\":true}");
    fixture.await(
        "the first node to be done",
        () -> fixture.isEntry("paused", "n1", entry -> "Completed".equals(entry.phase())));
    fixture.await(
        "the condition",
        () ->
            fixture.nodeOp("paused").getStatus().conditions().stream()
                .anyMatch(c -> c.getType().equals("Paused") && c.getStatus().equals("True")));
    assertThat(fixture.jobsOf("paused")).hasSize(1);
    fixture.patchSpec("paused", "{\"paused\":false}");
    fixture.awaitPhase("paused", "Completed");
  }

  @Test
  void outsideItsWindowItWaits() {
    fixture.create(
        "window",
        """
        command: ['true']
        maintenanceWindows: [{schedule: "0 0 29 2 *", duration: 1m}]
        """);
    fixture.await(
        "the message",
        () ->
            fixture.nodeOp("window").getStatus() != null
                && fixture.nodeOp("window").getStatus().message().contains("window opens at"));
    assertThat(fixture.jobsOf("window")).isEmpty();
    fixture.patchSpec(
        "window", "{\"maintenanceWindows\":[{\"schedule\":\"* * * * *\",\"duration\":\"2m\"}]}");
    fixture.awaitPhase("window", "Completed");
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void controlPlaneNodesRebootOneAfterTheOther() {
    NODES.forEach(node -> label(node, "node-role.kubernetes.io/control-plane", ""));
    fixture.create("quorum", "command: ['true']\nrebootOnSuccess: true\nconcurrency: 0");
    Set<Integer> atOnce = new HashSet<>();
    fixture.await(
        "all to have rebooted",
        () -> {
          var status = fixture.nodeOp("quorum").getStatus();
          Map<String, NodeStatus> entries =
              status == null || status.nodeStatuses() == null ? Map.of() : status.nodeStatuses();
          atOnce.add((int) entries.values().stream().filter(e -> e.step() != null).count());
          return status != null && "Completed".equals(status.phase());
        });
    assertThat(atOnce).isSubsetOf(0, 1);
    NODES.forEach(node -> label(node, "node-role.kubernetes.io/control-plane", null));
  }

  @Test
  @Order(Integer.MAX_VALUE) // the node does not come back
  void aNodeThatIsDeletedInMidRunHoldsNothingUp() {
    fixture.create("gone", "command: [sh, -c, 'sleep 5']\nconcurrency: 1\ncordon: true");
    fixture.await("n1 to be worked on", () -> fixture.jobsOf("gone").size() == 1);
    fixture.client.nodes().withName("n1").delete();
    fixture.await(
        "the others to be done",
        () ->
            fixture.isEntry("gone", "n3", entry -> "Completed".equals(entry.phase()))
                && fixture.isEntry("gone", "n2", entry -> "Completed".equals(entry.phase())));
    assertThat(fixture.entry("gone", "n1").reason()).isEqualTo("NodeDeleted");
  }

  private static void label(String node, String name, String value) {
    fixture
        .client
        .nodes()
        .withName(node)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"labels\":{\""
                + name
                + "\":"
                + (value == null ? "null" : "\"" + value + "\"")
                + "}}}");
  }
}
