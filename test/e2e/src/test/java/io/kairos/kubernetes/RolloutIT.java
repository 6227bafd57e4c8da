package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.SimulatedKubelets.Ending;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.process.OperatorProcess;
import io.kairos.operator.upgrade.NodeOpUpgrade;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code kairos rollout} as people and scripts run it, on a real API server with the real operator.
 * Here because the program is only there after the kit, in whose package its fixture is.
 */
@Tag("cluster")
class RolloutIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/RolloutIT").toAbsolutePath();
  private static final List<String> NODES = List.of("node-0", "node-1", "node-2");
  private static final String NAMESPACE = OperatorFixture.NAMESPACE;

  /** The node on which commands fail. */
  private static volatile String failing = "";

  private static OperatorFixture fixture;
  private static SimulatedKubelets kubelets;
  private static OperatorProcess operator;
  private static String withoutDefinitions;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    FileTree.delete(FOLDER);
    Cluster cluster =
        Cluster.start(
            HOST,
            ClusterSpec.controlPlane(
                FOLDER.resolve("cluster"), program, ClusterSpec.Parts.CONTROLLERS));
    try (FollowedRollout early = follow(cluster.kubeconfig(), "any")) {
      withoutDefinitions = early.end() + " " + early.err();
    }
    fixture = new OperatorFixture(cluster);
    kubelets = fixture.kubelets(RolloutIT::ending);
    NODES.forEach(node -> kubelets.addNode(node, Map.of("kubernetes.io/hostname", node)));
    operator = fixture.operator(fixture.cluster.kubeconfig());
  }

  /** The first pod of the NodeOp on the failing node: its preflight, or its command. */
  private static Optional<Ending> ending(PlacedPod pod) {
    boolean isOfNodeOp = pod.labels().containsKey("kairos.io/nodeop");
    return Optional.of(
        isOfNodeOp && failing.equals(pod.node())
            ? new Ending(3, "writing the image\nno space left")
            : Ending.WELL);
  }

  @AfterAll
  static void end() {
    if (operator != null) {
      operator.close();
    }
    if (kubelets != null) {
      kubelets.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  @AfterEach
  void cleanUp() {
    failing = "";
    if (fixture != null) {
      fixture.client.resources(NodeOpUpgrade.class).inNamespace(NAMESPACE).delete();
      fixture.deleteNodeOps();
    }
  }

  private static FollowedRollout follow(Path kubeconfig, String... words) {
    List<String> all =
        Stream.concat(Stream.of(words), Stream.of("--kubeconfig", kubeconfig.toString())).toList();
    return FollowedRollout.start(FOLDER, Map.of(), all);
  }

  private static FollowedRollout follow(String... words) {
    return follow(fixture.cluster.kubeconfig(), words);
  }

  private static void awaitText(FollowedRollout rollout, String text) {
    fixture.await(
        "'" + text + "' in:\n" + rollout.out() + rollout.err(), () -> rollout.out().contains(text));
  }

  private static List<Map<?, ?>> objects(FollowedRollout rollout) {
    return rollout
        .out()
        .lines()
        .<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse("output", line))
        .toList();
  }

  // ---- nodes ----

  @Test
  void eachNodeIsToldWithItsStepsAndTheOneThatFailsWithItsReason() {
    failing = "node-2";
    fixture.create("three", "command: ['true']\nconcurrency: 1\nbackoffLimit: 0\npaused: true");
    try (FollowedRollout rollout = follow("three")) {
      awaitText(rollout, "no further node is started");
      fixture.patchSpec("three", "{\"paused\":false}");
      assertThat(rollout.end()).isEqualTo(1);
      List<String> lines = rollout.out().lines().toList();
      assertThat(lines.getFirst()).isEqualTo("NodeOp default/three");
      for (String node : List.of("node-0", "node-1")) {
        assertThat(lines)
            .anyMatch(line -> line.startsWith("  " + node + ": Job: "))
            .contains("  " + node + ": Completed: Job completed successfully");
      }
      String why = "Job failed: container nodeop exited with 3: no space left";
      assertThat(lines).contains("  node-2: Failed (JobFailed): " + why);
      assertThat(lines)
          .contains("Running: 2 of 3 nodes done, 0 failed, about 1 min left")
          .noneMatch(line -> line.startsWith("Running: 0 of 3") && line.contains("left"));
      assertThat(lines.subList(lines.size() - 3, lines.size()))
          .containsExactly(
              "Failed: 3 of 3 nodes done, 1 failed",
              "failed: node-2: JobFailed: " + why,
              lines.getLast())
          .last()
          .asString()
          .contains("kubectl annotate", "nodeop three", "retry-failed-nodes");
      assertThat(rollout.err()).isEmpty();
    }
  }

  @Test
  void anUpgradeThatStopsOnFailureIsToldAsObjects() {
    failing = "node-0";
    fixture.createAll(
        """
        apiVersion: operator.kairos.io/v1alpha1
        kind: NodeOpUpgrade
        metadata: {name: up}
        spec:
          image: new
          concurrency: 1
          stopOnFailure: true
          paused: true
          healthGate: {enabled: false}
        """);
    try (FollowedRollout rollout = follow("up", "--output", "json")) {
      awaitText(rollout, "no further node is started");
      fixture
          .client
          .resources(NodeOpUpgrade.class)
          .inNamespace(NAMESPACE)
          .withName("up")
          .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"paused\":false}}");
      assertThat(rollout.end()).isEqualTo(1);
      Map<?, ?> last = objects(rollout).getLast();
      assertThat(last.get("kind")).isEqualTo("NodeOpUpgrade");
      assertThat(last.get("state")).isEqualTo("failed");
      assertThat(last.get("total")).isEqualTo(3L);
      assertThat(last.get("message")).asString().contains("stopped: node node-0 failed");
      assertThat((List<?>) last.get("nodes")).hasSize(1);
      List<Map<?, ?>> before = objects(rollout).subList(0, objects(rollout).size() - 1);
      assertThat(before)
          .isNotEmpty()
          .allSatisfy(each -> assertThat(each.get("state")).isEqualTo("running"));
    }
  }

  @Test
  void droppedWatchesAndARestartedApiServerAreOutlived() {
    try (ApiProxy proxy =
        ApiProxy.start(
            HOST, FOLDER.resolve("proxy"), fixture.cluster.controlPlane().kubeconfig())) {
      Path kubeconfig = proxy.kubeconfig().write(FOLDER.resolve("proxy.kubeconfig"));
      fixture.create("outage", "command: ['true']\nconcurrency: 1\npaused: true");
      try (FollowedRollout rollout = follow(kubeconfig, "nodeop/outage")) {
        awaitText(rollout, "no further node is started");
        proxy.dropWatches();
        fixture.cluster.controlPlane().restartApiServer();
        fixture.patchSpec("outage", "{\"paused\":false}");
        awaitText(rollout, "node-0: Completed");
        proxy.dropWatches();
        assertThat(rollout.end()).isZero();
        assertThat(rollout.out()).endsWith("Completed: 3 of 3 nodes done, 0 failed\n");
      }
    }
  }

  /** The object goes at once when it is done: only a watch shows its end. */
  @Test
  void theEndOfAnObjectThatGoesAtItsEndIsSeen() {
    fixture.create("brief", "command: ['true']\nttlSecondsAfterFinished: 0\npaused: true");
    try (FollowedRollout rollout = follow("brief")) {
      awaitText(rollout, "no further node is started");
      fixture.patchSpec("brief", "{\"paused\":false}");
      assertThat(rollout.end()).isZero();
    }
  }

  @Test
  void ctrlCEndsTheFollowingAndNotTheRollout() {
    fixture.create("goes-on", "command: ['true']\npaused: true");
    try (FollowedRollout rollout = follow("goes-on")) {
      awaitText(rollout, "no further node is started");
      rollout.interrupt(HOST);
      assertThat(rollout.end()).isEqualTo(130);
      assertThat(rollout.err())
          .isEqualTo(
              "stopped following goes-on; it goes on in the cluster, and the same command follows"
                  + " it again\n");
    }
    fixture.patchSpec("goes-on", "{\"paused\":false}");
    fixture.awaitPhase("goes-on", "Completed");
  }

  @Test
  void onATerminalThePictureIsDrawnOver() throws Exception {
    fixture.create("drawn", "command: ['true']\nconcurrency: 1\npaused: true");
    String command =
        String.join(
            "' '",
            FollowedRollout.command(
                List.of("drawn", "--kubeconfig", fixture.cluster.kubeconfig().toString())));
    Path shown = FOLDER.resolve("terminal");
    // Not in the common pool, in which the client of Kubernetes hears its answers.
    try (var terminal = Executors.newSingleThreadExecutor()) {
      Future<?> drawing =
          terminal.submit(
              () ->
                  HOST.run(
                      Command.of("script", "--quiet", "--flush", "--return")
                          .with("--command", "'" + command + "'", shown.toString())
                          .within(Duration.ofMinutes(3))));
      // Otherwise the rollout may be over before anybody looks.
      fixture.await(
          "the first picture", () -> drawing.isDone() || contains(shown, "NodeOp default/drawn"));
      fixture.patchSpec("drawn", "{\"paused\":false}");
      drawing.get();
    }
    assertThat(Files.readString(shown))
        .contains("\033[?7lNodeOp default/drawn", "\033[J", "+ node-2: Completed")
        .contains("NodeOp default/drawn  Completed: 3 of 3 nodes done, 0 failed");
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.exists(file) && Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- builds ----

  private static void createArtifact(String name, String spec) {
    fixture.createAll(
        "apiVersion: build.kairos.io/v1alpha2\nkind: OSArtifact\nmetadata: {name: "
            + name
            + "}\nspec:\n"
            + spec.indent(2));
  }

  private static Pod builder(String artifact) {
    List<Pod> pods =
        fixture
            .client
            .pods()
            .inNamespace(NAMESPACE)
            .withLabel("build.kairos.io/artifact", artifact)
            .list()
            .getItems();
    return pods.isEmpty() ? null : pods.getFirst();
  }

  /** The kubelet's part. */
  private static void report(
      String artifact, String phase, ContainerStatus first, ContainerStatus second) {
    fixture.await("the builder", () -> builder(artifact) != null);
    fixture
        .client
        .resource(builder(artifact))
        .editStatus(
            pod -> {
              pod.getStatus().setPhase(phase);
              pod.getStatus().setInitContainerStatuses(List.of(first));
              pod.getStatus().setContainerStatuses(List.of(second));
              return pod;
            });
  }

  private static ContainerStatusBuilder container(String name) {
    return new ContainerStatusBuilder()
        .withName(name)
        .withImage("i")
        .withImageID("i")
        .withReady(false)
        .withRestartCount(0);
  }

  private static ContainerStatus ended(String name, int code, String message) {
    return container(name)
        .withNewState()
        .withNewTerminated()
        .withExitCode(code)
        .withMessage(message)
        .withStartedAt("2026-01-01T00:00:00Z")
        .withFinishedAt("2026-01-01T00:02:30Z")
        .endTerminated()
        .endState()
        .build();
  }

  private static ContainerStatus running(String name) {
    return container(name)
        .withNewState()
        .withNewRunning()
        .withStartedAt("2026-01-01T00:02:30Z")
        .endRunning()
        .endState()
        .build();
  }

  @Test
  void aBuildIsToldByItsStepsAndEndsWithWhatItHasMade() {
    createArtifact("good", "image: {ref: a}\nartifacts: {iso: true}");
    try (FollowedRollout rollout = follow("osartifact/good")) {
      awaitText(rollout, "0 of 2 steps done");
      report("good", "Running", ended("pull-image-baseimage", 0, ""), running("build-iso"));
      awaitText(rollout, "build-iso: Running");
      report(
          "good",
          "Succeeded",
          ended("pull-image-baseimage", 0, ""),
          ended("build-iso", 0, "{\"file\":\"demo.iso\",\"size\":12345678901,\"sha256\":\"aa\"}"));
      assertThat(rollout.end()).isZero();
      assertThat(rollout.out().lines())
          .contains(
              "OSArtifact default/good",
              "  pull-image-baseimage: Finished, took 2 min 30 s",
              "  build-iso: Running")
          .anyMatch(line -> line.matches("Building: 1 of 2 steps done; .*, about 3 min left"))
          .endsWith("made: iso  demo.iso  11.5 GiB  sha256:aa");
    }
    fixture.client.resources(OSArtifact.class).inNamespace(NAMESPACE).delete();
  }

  @Test
  void aBuildThatFailsIsToldWithTheEndOfItsLog() {
    createArtifact("bad", "image: {ref: a}\nartifacts: {iso: true}");
    try (FollowedRollout rollout = follow("bad")) {
      report(
          "bad",
          "Failed",
          ended("pull-image-baseimage", 0, ""),
          ended("build-iso", 3, "mksquashfs\n\033[31mno space left"));
      assertThat(rollout.end()).isEqualTo(1);
      assertThat(rollout.out())
          .contains("  build-iso: Failed: exit code 3: mksquashfs | ?[31mno space left")
          .contains("failed: build-iso: exit code 3: mksquashfs\n    ?[31mno space left")
          .contains("try: kubectl edit --namespace=default osartifact bad");
    }
    fixture.client.resources(OSArtifact.class).inNamespace(NAMESPACE).delete();
  }

  @Test
  void aBuildThatWaitsSaysForWhat() {
    createArtifact(
        "waits",
        "image: {ref: a}\nartifacts: {iso: true, cloudConfigRef: {name: missing, key: userdata}}");
    try (FollowedRollout rollout = follow("waits", "--output=json")) {
      awaitText(rollout, "waiting for Secret missing (key userdata)");
      fixture
          .client
          .resources(OSArtifact.class)
          .inNamespace(NAMESPACE)
          .withName("waits")
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"spec\":{\"artifacts\":{\"cloudConfigRef\":null,\"iso\":false,"
                  + "\"cloudImage\":true}}}");
      assertThat(rollout.end()).isEqualTo(1);
      assertThat(objects(rollout).getLast().get("message"))
          .asString()
          .contains("cannot build cloudImage");
    }
    fixture.client.resources(OSArtifact.class).inNamespace(NAMESPACE).delete();
  }

  // ---- what is wrong before anything is followed ----

  @Test
  void whatCannotBeFollowedIsToldWithWhatToDo() {
    try (FollowedRollout rollout = follow("nothing")) {
      assertThat(rollout.end()).isEqualTo(3);
      assertThat(rollout.err())
          .startsWith(
              "error: there is no NodeOpUpgrade or NodeOp or OSArtifact 'nothing' in namespace"
                  + " default\n  try: ")
          .contains("kubectl get nodeopupgrades,nodeops,osartifacts --all-namespaces");
    }
    fixture.create("both", "command: ['true']\npaused: true");
    createArtifact("both", "image: {ref: a}\nartifacts: {iso: true}");
    try (FollowedRollout rollout = follow("both")) {
      assertThat(rollout.end()).isEqualTo(3);
      assertThat(rollout.err()).contains("try: name the kind: nodeop/both or osartifact/both");
    }
    fixture.client.resources(OSArtifact.class).inNamespace(NAMESPACE).delete();
    try (FollowedRollout rollout = follow("deployment/web")) {
      assertThat(rollout.end()).isEqualTo(2);
      assertThat(rollout.err()).contains("'deployment' is nothing that can be followed");
    }
  }

  @Test
  void aClusterWithoutTheDefinitionsSaysSo() {
    assertThat(withoutDefinitions)
        .startsWith("3 error: the cluster https://")
        .contains("does not know NodeOpUpgrade, NodeOp, OSArtifact", "try: install the operator");
  }

  @Test
  void whoMayNotLookIsToldWhichRightIsMissing() {
    fixture
        .client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName("stranger")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .build())
        .create();
    Path stranger =
        fixture
            .cluster
            .kubeconfigOf(NAMESPACE, "stranger")
            .write(FOLDER.resolve("stranger.kubeconfig"));
    try (FollowedRollout rollout = follow(stranger, "nodeop/any")) {
      assertThat(rollout.end()).isEqualTo(3);
      assertThat(rollout.err())
          .contains("nodeops.operator.kairos.io \"any\" is forbidden", "nodeop-viewer-role");
    }
  }

  @Test
  void whereNoClusterAnswersOrIsNamedThatIsSaid() throws IOException {
    String closed =
        Files.readString(fixture.cluster.kubeconfig())
            .replaceFirst("(server\"?: *\"?https://[^:]+:)[0-9]+", "$11");
    Path kubeconfig = Files.writeString(FOLDER.resolve("closed.kubeconfig"), closed);
    try (FollowedRollout rollout = follow(kubeconfig, "any")) {
      assertThat(rollout.end()).isEqualTo(3);
      assertThat(rollout.err())
          .contains("does not answer: no connection", "try: check the cluster");
    }
    try (FollowedRollout rollout =
        FollowedRollout.start(FOLDER, Map.of("HOME", FOLDER.toString()), List.of("any"))) {
      assertThat(rollout.end()).isEqualTo(3);
      assertThat(rollout.err()).contains("no cluster is named");
    }
    try (FollowedRollout rollout = follow(FOLDER.resolve("none"), "any")) {
      assertThat(rollout.end()).isEqualTo(3);
      assertThat(rollout.err()).contains("cannot read the kubeconfig");
    }
  }
}
