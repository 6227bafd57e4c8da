package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.dist.cli.Console;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.ApiClient;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.Kubeconfig;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.kubernetes.NodePrograms;
import io.kairos.testkit.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one cluster of this clone: a process of its own holds it, and ends it when it is asked to.
 */
final class LocalCluster {
  private static final Duration UP_DEADLINE = Duration.ofMinutes(5);
  private static final Duration DOWN_DEADLINE = Duration.ofMinutes(2);

  private final LinuxHost host;
  private final WorkshopHome home;
  private final Console console;
  private final Path folder;

  LocalCluster(LinuxHost host, WorkshopHome home, Console console) {
    this.host = host;
    this.home = home;
    this.console = console;
    this.folder = home.root().resolve(".build/cluster");
  }

  /** Of what the holder says. */
  private Path log() {
    return folder.resolve("cluster.log");
  }

  private Path state() {
    return folder.resolve("state");
  }

  /** Number of the holding process, from its beginning to its end. */
  private Path pid() {
    return folder.resolve("pid");
  }

  /** Made by the holder when all nodes are ready. */
  private Path ready() {
    return folder.resolve("ready");
  }

  /** Starts a process that holds a cluster, and returns when its nodes are ready. */
  int up(int nodes) {
    refuseSecond();
    NodePrograms.check(host);
    build();
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(ready());
      Files.deleteIfExists(log());
    } catch (IOException e) {
      throw new HostFailure("cannot prepare " + folder, e);
    }
    console.out().println("starting a cluster of " + nodes + " nodes (log: " + log() + ")");
    host.run(
        Command.of("setsid", "--fork", "sh", "-c")
            .with("exec \"$@\" >\"$0\" 2>&1 </dev/null", log().toString())
            .with(home.jdk().resolve("bin/java").toString(), "-XX:+UseSerialGC", "-Xmx128m")
            .with("--enable-native-access=ALL-UNNAMED")
            .with("-D" + WorkshopHome.PROPERTY + "=" + home.root(), "-cp", home.classPath())
            .with(WorkshopMain.class.getName(), "cluster", "up", "--foreground")
            .with("--nodes", Integer.toString(nodes))
            .inheritingEnvironment());
    awaitReady();
    return status();
  }

  private void awaitReady() {
    Instant end = Instant.now().plus(UP_DEADLINE);
    Instant started = Instant.now().plusSeconds(20); // until then it may not have a number yet
    while (!Files.exists(ready())) {
      boolean ended = holder().isEmpty() && Instant.now().isAfter(started);
      if (ended || Instant.now().isAfter(end)) {
        throw new HostFailure(
            "no cluster after " + UP_DEADLINE.toSeconds() + " s" + SupervisedProcess.quoted(log()));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(200)); // between two looks at a condition
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for the cluster", e);
    }
  }

  /** Holds a cluster until this process is asked to end. */
  int hold(int nodes) {
    refuseSecond();
    build();
    FileTree.delete(state());
    try {
      Files.createDirectories(folder);
      Files.writeString(pid(), Long.toString(ProcessHandle.current().pid()));
      try (Cluster cluster =
          Cluster.start(host, ClusterSpec.cluster(state(), KubernetesProgram.built(host), nodes))) {
        Files.writeString(ready(), cluster.controlPlane().server());
        console.out().println("ready: export KUBECONFIG=" + cluster.kubeconfig());
        new CountDownLatch(1).await(); // for ever; Interruption ends it
      } catch (InterruptedException ending) {
        Thread.currentThread().interrupt();
      } finally {
        Files.deleteIfExists(ready());
        Files.deleteIfExists(pid());
      }
      return 0;
    } catch (IOException e) {
      throw new HostFailure("cannot write into " + folder, e);
    }
  }

  private void build() {
    if (!KubernetesProgram.isBuilt()) {
      console.out().println("building Kubernetes, which takes ten to seventeen minutes, once");
    }
    KubernetesProgram.built(host);
  }

  private void refuseSecond() {
    holder()
        .ifPresent(
            process -> {
              throw new Refused(
                  "a cluster runs already, held by process " + process.pid(),
                  "./kairos cluster status, or ./kairos cluster down");
            });
  }

  /** Ends the cluster, if one runs. */
  int down() {
    Optional<ProcessHandle> holder = holder();
    if (holder.isEmpty()) {
      console.out().println("no cluster runs");
      return 0;
    }
    holder.get().destroy();
    try {
      holder.get().onExit().get(DOWN_DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new HostFailure("the cluster does not end" + SupervisedProcess.quoted(log()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for the end of the cluster", e);
    }
    console.out().println("the cluster has ended; its logs are in " + state().resolve("log"));
    return 0;
  }

  /**
   * Prints what runs and how to use it.
   *
   * @return 1 when no cluster runs
   */
  int status() {
    if (holder().isEmpty() || !Files.exists(ready())) {
      console.out().println("no cluster runs; start one with ./kairos cluster up");
      return 1;
    }
    Path kubeconfig = state().resolve("kubeconfig");
    try (var client = new ApiClient(Kubeconfig.read(kubeconfig))) {
      client
          .get("/api/v1/nodes")
          .orElseThrow()
          .objects("items")
          .forEach(node -> console.out().println(described(node)));
    }
    console.out().println("export KUBECONFIG=" + kubeconfig);
    console.out().println("image on every node: busybox:kairos (name its command)");
    console.out().println("a node's own files:  " + state().resolve("nodes/NAME/root"));
    console.out().println("its end:             ./kairos cluster down");
    if (!host.hasProgram("kubectl")) {
      console
          .out()
          .println("kubectl is not installed (Debian 13: apt-get install kubernetes-client)");
    }
    return 0;
  }

  private static String described(JsonObject node) {
    JsonObject status = node.requiredObject("status");
    boolean isReady =
        status.objects("conditions").stream()
            .anyMatch(
                condition ->
                    condition.requiredText("type").equals("Ready")
                        && condition.requiredText("status").equals("True"));
    JsonObject info = status.requiredObject("nodeInfo");
    return "%-4s %-9s %s  boot %s"
        .formatted(
            node.requiredObject("metadata").requiredText("name"),
            isReady ? "ready" : "not ready",
            info.requiredText("kubeletVersion"),
            info.requiredText("bootID"));
  }

  /** The process that the file names, if it is still that one. */
  private Optional<ProcessHandle> holder() {
    try {
      if (!Files.exists(pid())) {
        return Optional.empty();
      }
      String number = Files.readString(pid()).strip();
      return number.isEmpty()
          ? Optional.empty()
          : ProcessHandle.of(Long.parseLong(number)).filter(LocalCluster::isHolder);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + pid(), e);
    }
  }

  /** A number may belong to another process by now. */
  private static boolean isHolder(ProcessHandle process) {
    return process.pid() != ProcessHandle.current().pid()
        && process.info().commandLine().orElse("").contains("cluster up --foreground");
  }
}
