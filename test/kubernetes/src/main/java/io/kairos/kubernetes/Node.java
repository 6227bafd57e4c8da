package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.testkit.process.SupervisedProcess;
import io.kairos.testkit.process.SupervisedProcess.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * A node: containerd, kubelet and kube-proxy in namespaces of their own, with a root of their own.
 * It can be switched off and on and rebooted, from outside and from inside; each boot has another
 * boot id. Safe for use by several threads.
 */
public final class Node implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Node.class.getName());

  /** How {@code node/init.sh} ends when somebody inside asks for it: as after reboot(2). */
  private static final int REBOOTED = 129;

  private static final int SWITCHED_OFF = 130;

  /** Also on a machine where other things run; alone it takes five seconds. */
  static final Duration BOOT_DEADLINE = Duration.ofMinutes(3);

  private final Host host;
  private final String name;
  private final Path directory;
  private final NodeRoot root;
  private final ControlPlane controlPlane;
  private final Map<String, String> environment;
  private final String ownGroup;
  private SupervisedProcess running;
  private String bootId = "";
  private boolean closed;

  /**
   * @param environment what {@code node/init.sh} wants to know and this class does not
   */
  Node(
      Host host,
      String name,
      Path directory,
      NodeRoot root,
      ControlPlane controlPlane,
      Map<String, String> environment) {
    this.host = host;
    this.name = name;
    this.directory = directory;
    this.root = root;
    this.controlPlane = controlPlane;
    this.environment = environment;
    this.ownGroup = "kairos-" + UUID.randomUUID().toString().substring(0, 8) + "-" + name;
  }

  public String name() {
    return name;
  }

  /**
   * A file of the node's own, for example {@code /etc/kairos-release}; readable and writable
   * whether it runs or not. Of {@code /usr} only {@code /usr/local} is its own.
   */
  public Path path(String absolute) {
    return root.path(absolute);
  }

  /** The logs by name: {@code init}, {@code containerd}, {@code kubelet}, {@code kube-proxy}. */
  public Path log(String program) {
    return program.equals("init")
        ? directory.resolve("init.log")
        : path("/var/log/" + program + ".log");
  }

  /** Of the boot that runs or ran last. */
  public synchronized String bootId() {
    return bootId;
  }

  /** The control group that is the root of what the kubelet makes. */
  String ownGroup() {
    return ownGroup;
  }

  public synchronized boolean isRunning() {
    return running != null && running.isRunning();
  }

  /** Switches the node on. Returns at once; see {@link #awaitReady}. */
  public synchronized void start() {
    if (closed || isRunning()) {
      throw new IllegalStateException("node " + name + (closed ? " is closed" : " runs already"));
    }
    boot();
  }

  private void boot() {
    bootId = UUID.randomUUID().toString();
    Path script = directory.resolve("init.sh");
    try {
      Files.writeString(script, Resource.text("node/init.sh"));
      Files.deleteIfExists(directory.resolve("init.pid"));
    } catch (IOException e) {
      throw new HostFailure("cannot begin a boot of node " + name, e);
    }
    // As a machine's memory, all that the last boot held is gone with its namespaces.
    var argv = new ArrayList<>(List.of("unshare", "--fork", "--kill-child", "--pid", "--mount"));
    argv.addAll(List.of("--net", "--uts", "--ipc", "bash", script.toString()));
    SupervisedProcess process =
        SupervisedProcess.start(
            Program.of("node " + name, directory, log("init"), argv)
                .env(environment)
                .env(
                    Map.of(
                        "NODE", name,
                        "BOOT_ID", bootId,
                        "STATE", directory.toString(),
                        "CGROUP", ownGroup))
                .endingBy("KILL", Resource.text("node/afterwards.sh")));
    running = process;
    var _ = process.end().thenAccept(code -> ended(process, code));
  }

  private synchronized void ended(SupervisedProcess process, int code) {
    if (closed || running != process) {
      return; // we wanted it so
    }
    switch (code) {
      case REBOOTED -> {
        LOG.log(System.Logger.Level.INFO, "node {0} reboots", name);
        boot();
      }
      case SWITCHED_OFF -> LOG.log(System.Logger.Level.INFO, "node {0} switched itself off", name);
      default -> LOG.log(System.Logger.Level.WARNING, "node {0} ended with {1}", name, code);
    }
  }

  /** Pulls the plug; what it has on its disk stays. */
  public void stop() {
    SupervisedProcess process;
    synchronized (this) {
      process = running;
      running = null;
    }
    if (process != null) {
      process.close();
    }
  }

  /** As somebody who presses reset. Returns when it boots; see {@link #awaitReady}. */
  public void reboot() {
    stop();
    start();
  }

  /**
   * Waits until the API server has heard from the boot that runs now, and that it is ready.
   *
   * @throws HostFailure when the deadline passes, with the end of the logs
   */
  public void awaitReady() {
    await("it to be ready", this::isReady);
  }

  /** Waits until a boot other than the given one is ready, whoever asked for it. */
  public void awaitOtherBoot(String earlier) {
    await("another boot than " + earlier, () -> !bootId().equals(earlier) && isReady());
  }

  private void await(String what, BooleanSupplier condition) {
    try {
      controlPlane.await(
          "node " + name + ": " + what,
          BOOT_DEADLINE,
          () -> {
            requireNoEnd();
            return condition.getAsBoolean();
          });
    } catch (HostFailure e) {
      var whole =
          new HostFailure(
              e.getMessage()
                  + SupervisedProcess.quoted(log("init"))
                  + SupervisedProcess.quoted(log("kubelet")));
      whole.addSuppressed(e);
      throw whole;
    }
  }

  /** A reboot is an end that a beginning follows. */
  private synchronized void requireNoEnd() {
    OptionalInt code = running == null ? OptionalInt.empty() : running.exitCode();
    if (running == null || (code.isPresent() && code.getAsInt() != REBOOTED)) {
      throw new HostFailure(
          "node "
              + name
              + (running == null ? " is off" : " ended with exit code " + code.getAsInt()));
    }
  }

  private boolean isReady() {
    Optional<JsonObject> status = statusOf(name);
    return status
            .flatMap(s -> s.object("nodeInfo"))
            .flatMap(info -> info.text("bootID"))
            .equals(Optional.of(bootId()))
        && status.stream()
            .flatMap(s -> s.objects("conditions").stream())
            .anyMatch(
                condition ->
                    condition.requiredText("type").equals("Ready")
                        && condition.requiredText("status").equals("True"));
  }

  private Optional<JsonObject> statusOf(String node) {
    try {
      return controlPlane.admin().get("/api/v1/nodes/" + node).flatMap(n -> n.object("status"));
    } catch (HostFailure apiServerIsAway) {
      return Optional.empty();
    }
  }

  /**
   * Runs a program in the node, as its administrator.
   *
   * @throws HostFailure unless it ends with 0
   */
  public Output run(String... argv) {
    return host.run(
        Command.of("nsenter", "--target", Long.toString(pid()), "--mount", "--pid")
            .with("--net", "--uts", "--ipc", "--")
            .with(argv)
            .within(Duration.ofMinutes(2)));
  }

  /** Of the node's first process, on this machine. */
  private long pid() {
    Path file = directory.resolve("init.pid");
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException e) {
      throw new HostFailure("node " + name + " does not run", e);
    }
  }

  /**
   * Gives the node an image, under the name that is in its index.
   *
   * @param archive an OCI layout in a tar archive
   */
  public void load(Path archive) {
    Path inside = path("/tmp/" + archive.getFileName());
    try {
      Files.copy(archive, inside);
      try {
        var _ =
            run(
                "ctr",
                "--namespace",
                "k8s.io",
                "images",
                "import",
                "/tmp/" + archive.getFileName());
      } finally {
        Files.delete(inside);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot copy " + archive + " into node " + name, e);
    }
  }

  /** Lets it end without waiting. */
  void release() {
    synchronized (this) {
      closed = true;
    }
    if (running != null) {
      running.release();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    stop();
  }
}
