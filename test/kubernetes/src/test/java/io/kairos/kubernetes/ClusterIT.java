package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.kairos.base.HostFailure;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.ApiClient.Answer;
import io.kairos.testkit.process.SupervisedProcess;
import io.kairos.testkit.process.SupervisedProcess.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What the kit promises to tests, shown on three nodes. */
@Tag("cluster")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/ClusterIT").toAbsolutePath();
  private static final Duration SOON = Duration.ofMinutes(1);

  private static Path program;
  private static Cluster cluster;
  private static KubernetesClient client;

  @BeforeAll
  static void start() {
    program = BuiltProgram.withNodesOrSkip(HOST);
    FileTree.delete(FOLDER);
    cluster = Cluster.start(HOST, ClusterSpec.cluster(FOLDER.resolve("three"), program, 3));
    client = KitClient.of(cluster.kubeconfig());
    create("cluster-it.yaml");
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

  private static void create(String resource) {
    client
        .load(ClusterIT.class.getResourceAsStream(resource))
        .items()
        .forEach(item -> client.resource(item).inNamespace("default").create());
  }

  private static void await(String what, BooleanSupplier condition) {
    cluster.controlPlane().await(what, SOON, condition);
  }

  private static Pod pod(String name) {
    return client.pods().inNamespace("default").withName(name).get();
  }

  private static void awaitPhase(String name, String phase) {
    await(
        "pod " + name + " to be " + phase,
        () -> pod(name) != null && phase.equals(pod(name).getStatus().getPhase()));
  }

  private static String exec(String name, String... argv) {
    var out = new ByteArrayOutputStream();
    try (ExecWatch running =
        client.pods().inNamespace("default").withName(name).writingOutput(out).exec(argv)) {
      assertThat(running.exitCode().get(30, TimeUnit.SECONDS)).isZero();
      return out.toString(StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
      throw new IllegalStateException(String.join(" ", argv) + " in " + name, e);
    }
  }

  /** What a server says to a pod; it may be between two connections. */
  private static String heard(String name, String address, int port) {
    return exec(
        name,
        "sh",
        "-c",
        "for try in $(seq 20); do nc -w 2 %s %d </dev/null && exit; sleep 0.2; done; exit 1"
            .formatted(address, port));
  }

  @Test
  @Order(1)
  void allNodesAreReadyWithBootsOfTheirOwn() {
    assertThat(client.nodes().list().getItems())
        .extracting(node -> node.getMetadata().getName())
        .containsExactly("n1", "n2", "n3");
    assertThat(client.nodes().list().getItems())
        .extracting(node -> node.getStatus().getNodeInfo().getBootID())
        .doesNotHaveDuplicates()
        .containsExactlyElementsOf(cluster.nodes().stream().map(Node::bootId).toList());
  }

  @Test
  @Order(2)
  void aJobIsDoneAndAnotherFails() {
    await("the end of job done", () -> job("done").getSucceeded() != null);
    await("the end of job failing", () -> job("failing").getFailed() != null);
    assertThat(client.batch().v1().jobs().inNamespace("default").withName("done").getLog())
        .isEqualTo("hello from a job\n");
  }

  private static io.fabric8.kubernetes.api.model.batch.v1.JobStatus job(String name) {
    return client.batch().v1().jobs().inNamespace("default").withName(name).get().getStatus();
  }

  @Test
  @Order(3)
  void podsOfTwoNodesReachEachOtherAlsoThroughAService() {
    awaitPhase("server", "Running");
    awaitPhase("client", "Running");
    assertThat(heard("client", pod("server").getStatus().getPodIP(), 8080)).isEqualTo("server\n");
    String service =
        client.services().inNamespace("default").withName("server").get().getSpec().getClusterIP();
    assertThat(heard("client", service, 80)).isEqualTo("server\n");
  }

  @Test
  @Order(4)
  void aDisruptionBudgetHoldsAnEvictionUntilAnotherPodIsThere() {
    awaitPhase("guarded-1", "Running");
    await("the budget to count", () -> healthy() == 1);
    assertThat(evict("guarded-1").status()).isEqualTo(429);
    create("guarded-2.yaml");
    await("the budget to count the second pod", () -> healthy() == 2);
    assertThat(evict("guarded-1").status()).isEqualTo(201);
    await("the end of guarded-1", () -> pod("guarded-1") == null);
  }

  private static int healthy() {
    var budget =
        client
            .policy()
            .v1()
            .podDisruptionBudget()
            .inNamespace("default")
            .withName("guarded")
            .get()
            .getStatus();
    return budget == null || budget.getCurrentHealthy() == null ? 0 : budget.getCurrentHealthy();
  }

  private static Answer evict(String name) {
    return cluster
        .controlPlane()
        .admin()
        .request(
            "POST",
            "/api/v1/namespaces/default/pods/" + name + "/eviction",
            Optional.of(
                Map.of(
                    "apiVersion", "policy/v1",
                    "kind", "Eviction",
                    "metadata", Map.of("name", name, "namespace", "default"))));
  }

  @Test
  @Order(5)
  void aPodRebootsItsNodeAndIsStartedAgain() throws IOException {
    Node node = cluster.node("n3");
    String before = node.bootId();
    Files.writeString(node.path("/etc/hostname"), "the node n3\n"); // its own file, not ours
    create("rebooter.yaml");
    node.awaitOtherBoot(before);
    awaitPhase("rebooter", "Succeeded");
    assertThat(client.pods().inNamespace("default").withName("rebooter").getLog())
        .isEqualTo("back on the node n3\n");
    assertThat(node.path("/oem/rebooting")).exists();
    assertThat(node.run("cat", "/proc/sys/kernel/random/boot_id").text())
        .isEqualTo(node.bootId())
        .isNotEqualTo(before);
    assertThat(cluster.node("n2").path("/oem/rebooting")).doesNotExist();
  }

  @Test
  @Order(6)
  void nodesGoOnAfterARestartOfTheApiServer() {
    List<String> boots = cluster.nodes().stream().map(Node::bootId).toList();
    cluster.controlPlane().restartApiServer();
    create("after-restart.yaml");
    await("the end of job after-restart", () -> job("after-restart").getSucceeded() != null);
    cluster.nodes().forEach(Node::awaitReady);
    assertThat(cluster.nodes()).extracting(Node::bootId).isEqualTo(boots);
  }

  @Test
  @Order(7)
  void anImageIsLoadedWithoutARegistry(@org.junit.jupiter.api.io.TempDir Path folder)
      throws IOException {
    Path root = Files.createDirectories(folder.resolve("root/bin")).getParent();
    Files.copy(Path.of("/usr/bin/busybox"), root.resolve("bin/busybox"));
    Path archive =
        new KitImages(HOST, folder)
            .archive("own.tar", "example.org/own:v1", root, List.of("/bin/busybox", "echo"));
    cluster.load(archive);
    for (Node node : cluster.nodes()) {
      assertThat(node.run("ctr", "-n", "k8s.io", "images", "list", "-q").stdout())
          .contains("example.org/own:v1\n");
    }
  }

  @Test
  @Order(8)
  void aNodeThatIsSwitchedOffComesBackWithWhatItHad() throws IOException {
    Node node = cluster.node("n2");
    String before = node.bootId();
    node.stop();
    assertThat(node.isRunning()).isFalse();
    Files.writeString(node.path("/oem/written-while-off"), "");
    node.start();
    node.awaitReady();
    assertThat(node.bootId()).isNotEqualTo(before);
    assertThat(node.run("ls", "/oem").text()).isEqualTo("written-while-off");
  }

  @Test
  @Order(9)
  void waitingForANodeThatIsOffEndsAtOnce() {
    Node node = cluster.node("n2");
    try {
      node.run("poweroff");
    } catch (HostFailure cut) {
      // it may be off before it can answer
    }
    assertThatThrownBy(() -> node.awaitOtherBoot(node.bootId()))
        .hasMessageStartingWith("node n2 ended with exit code 130")
        .hasMessageContaining("kubelet.log");
  }

  @Test
  @Order(10)
  void nothingIsLeftWhenItIsClosed() {
    Leftovers leftovers = Leftovers.of(cluster);
    assertThat(leftovers.found(HOST)).isNotEmpty(); // or the next one would say nothing
    cluster.close();
    assertThat(leftovers.found(HOST)).isEmpty();
  }

  @Test
  @Order(11)
  void nothingIsLeftWhenItsJvmIsKilled() throws Exception {
    Path directory = FOLDER.resolve("killed");
    Path log = FOLDER.resolve("killed.log");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
            KilledCluster.class.getName(),
            directory.toString(),
            program.toString());
    var jvm =
        SupervisedProcess.start(
            Program.of("a JVM with a cluster", FOLDER, log, command).endingBy("KILL", ""));
    jvm.await("its cluster", Duration.ofMinutes(3), () -> read(log).contains("up kairos"));
    String[] words =
        read(log).lines().filter(l -> l.startsWith("up ")).findFirst().get().split(" ");
    Leftovers leftovers = new Leftovers(directory, words[1], List.of(words[2]));
    assertThat(leftovers.found(HOST)).isNotEmpty();
    jvm.close(); // SIGKILL
    // Its supervisors see that a moment later, each by itself.
    long end = System.nanoTime() + SOON.toNanos();
    while (!leftovers.found(HOST).isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    assertThat(leftovers.found(HOST)).isEmpty();
  }

  private static String read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return String.join("\n", lines.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
