package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.JsonObject;
import io.kairos.kubernetes.ApiClient.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Nodes that exist only as objects of a real API server, and what kubelets would report of them:
 * pods run, end as they are told to, and go when they are deleted; a reboot pod gives its node
 * another boot id once the Job it waits for is done. For rollouts over more nodes than a machine
 * can run.
 */
public final class SimulatedKubelets implements AutoCloseable {
  /** How the containers of a pod end. */
  public record Ending(int exitCode, String message) {
    public static final Ending WELL = new Ending(0, "");
  }

  private static final System.Logger LOG = System.getLogger(SimulatedKubelets.class.getName());
  private static final Duration AGAIN = Duration.ofMillis(200);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final int WORKERS = 8;

  /** Those that have ended are of no interest any more. */
  private static final String RUNNING =
      "/api/v1/pods?fieldSelector=status.phase!%3DSucceeded,status.phase!%3DFailed";

  /** What a node says about itself; all of it is required. */
  private static final List<String> NODE_INFO =
      List.of(
          "architecture",
          "containerRuntimeVersion",
          "kernelVersion",
          "kubeProxyVersion",
          "kubeletVersion",
          "machineID",
          "operatingSystem",
          "osImage",
          "systemUUID");

  private final ApiClient client;
  private final Function<PlacedPod, Optional<Ending>> endings;
  private final Set<String> nodes = ConcurrentHashMap.newKeySet();
  private final Map<String, String> boots = new ConcurrentHashMap<>();
  private final Set<String> begun = ConcurrentHashMap.newKeySet();
  private final Set<String> finishedJobs = ConcurrentHashMap.newKeySet();

  /** Reboot pods by the Job they wait for. */
  private final Map<String, PlacedPod> waiting = new ConcurrentHashMap<>();

  private final ScheduledExecutorService work = Executors.newScheduledThreadPool(WORKERS);
  private final Thread watch;
  private volatile Duration clockOffset = Duration.ZERO;
  private volatile boolean rebootsAreHeld;

  private SimulatedKubelets(
      ControlPlane controlPlane, Function<PlacedPod, Optional<Ending>> endings) {
    this.client = new ApiClient(controlPlane.kubeconfig());
    this.endings = endings;
    this.watch = Thread.ofPlatform().daemon().name("kubelets").unstarted(this::watchForEver);
  }

  /**
   * Kubelets that say every ten seconds that they live.
   *
   * @param endings empty for a pod that runs until it is deleted
   */
  public static SimulatedKubelets start(
      ControlPlane controlPlane, Function<PlacedPod, Optional<Ending>> endings) {
    SimulatedKubelets kubelets = startSilent(controlPlane, endings);
    var _ =
        kubelets.work.scheduleWithFixedDelay(
            kubelets::beat, HEARTBEAT.toSeconds(), HEARTBEAT.toSeconds(), TimeUnit.SECONDS);
    return kubelets;
  }

  /**
   * As above without heartbeats, for control planes whose controller {@code
   * node-lifecycle-controller} is off: with thousands of nodes they would be most of the load.
   */
  public static SimulatedKubelets startSilent(
      ControlPlane controlPlane, Function<PlacedPod, Optional<Ending>> endings) {
    var kubelets = new SimulatedKubelets(controlPlane, endings);
    kubelets.watch.start();
    return kubelets;
  }

  private void watchForEver() {
    while (!work.isShutdown()) {
      try {
        JsonObject all = client.get(RUNNING).orElseThrow();
        all.objects("items").forEach(this::changed);
        String version = all.requiredObject("metadata").requiredText("resourceVersion");
        client.watch(RUNNING + "&watch=true&resourceVersion=" + version, this::heard);
      } catch (HostFailure e) { // the API server is being started again, perhaps
        LOG.log(System.Logger.Level.DEBUG, "the watch begins anew: {0}", e.getMessage());
        pause();
      }
    }
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(AGAIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void heard(JsonObject event) {
    String type = event.requiredText("type");
    if (type.equals("ADDED") || type.equals("MODIFIED")) {
      changed(event.requiredObject("object"));
    }
  }

  private void changed(JsonObject pod) {
    PlacedPod.of(pod)
        .filter(placed -> nodes.contains(placed.node()))
        .ifPresent(placed -> soon(() -> act(placed), Duration.ZERO));
  }

  private void soon(Runnable task, Duration delay) {
    try {
      var _ = work.schedule(() -> attempt(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(System.Logger.Level.DEBUG, "closed, nothing more is done");
    }
  }

  private void attempt(Runnable task) {
    try {
      task.run();
    } catch (HostFailure e) {
      LOG.log(System.Logger.Level.DEBUG, "tried again: {0}", e.getMessage());
      soon(task, AGAIN);
    }
  }

  /** Without it the node controller takes a node for lost after some time. */
  private void beat() {
    boots.forEach(
        (node, boot) -> {
          try {
            report(node, boot);
          } catch (HostFailure e) {
            LOG.log(
                System.Logger.Level.DEBUG, "no heartbeat of {0} now: {1}", node, e.getMessage());
          }
        });
  }

  /** A Ready node with these labels. */
  public void addNode(String name, Map<String, String> labels) {
    String boot = UUID.randomUUID().toString();
    boots.put(name, boot);
    client.post("/api/v1/nodes", Map.of("metadata", Map.of("name", name, "labels", labels)));
    nodes.add(name);
    report(name, boot);
  }

  /** Has a node say that it is Ready, and in which boot. */
  private void report(String name, String boot) {
    var info = new LinkedHashMap<String, Object>();
    NODE_INFO.forEach(field -> info.put(field, "simulated"));
    info.put("bootID", boot);
    String now = now();
    var ready =
        Map.of(
            "type",
            "Ready",
            "status",
            "True",
            "reason",
            "Simulated",
            "message",
            "",
            "lastHeartbeatTime",
            now,
            "lastTransitionTime",
            now);
    Answer answer =
        client.patch(
            "/api/v1/nodes/" + name + "/status",
            Map.of("status", Map.of("nodeInfo", info, "conditions", List.of(ready))));
    requireDone(answer, "node " + name);
  }

  /** What is gone needs nothing any more. */
  private static void requireDone(Answer answer, String what) {
    boolean gone = answer.status() == 404 || answer.status() == 422; // 422: another of that name
    if (!answer.succeeded() && !gone) {
      throw new HostFailure(what + " was answered with " + answer.status() + ": " + answer.body());
    }
  }

  private void act(PlacedPod pod) {
    if (pod.leaving()) {
      requireDone(
          client.request(
              "DELETE",
              pod.path(),
              Optional.of(
                  Map.of("gracePeriodSeconds", 0, "preconditions", Map.of("uid", pod.uid())))),
          pod.name());
      return;
    }
    if (pod.hasEnded() || !begun.add(pod.uid())) {
      return;
    }
    try {
      report(pod, "Running", Optional.empty());
    } catch (HostFailure e) {
      begun.remove(pod.uid());
      throw e;
    }
    pod.rebootsAfter().ifPresentOrElse(job -> await(job, pod), () -> end(pod));
  }

  private void end(PlacedPod pod) {
    Optional<Ending> ending = endings.apply(pod);
    if (ending.isEmpty()) {
      return;
    }
    boolean well = ending.get().exitCode() == 0;
    soon(
        () -> {
          report(pod, well ? "Succeeded" : "Failed", ending);
          if (well) {
            pod.job().ifPresent(this::finished);
          }
        },
        Duration.ZERO);
  }

  private void finished(String job) {
    finishedJobs.add(job);
    rebootAfter(job);
  }

  private void await(String job, PlacedPod pod) {
    waiting.put(job, pod);
    rebootAfter(job);
  }

  private void rebootAfter(String job) {
    if (!rebootsAreHeld && finishedJobs.contains(job)) {
      PlacedPod pod = waiting.remove(job);
      if (pod != null) {
        soon(() -> reboot(pod), Duration.ZERO);
      }
    }
  }

  private void reboot(PlacedPod pod) {
    boolean stays =
        client
            .get(pod.path())
            .flatMap(PlacedPod::of)
            .filter(now -> now.uid().equals(pod.uid()) && !now.leaving())
            .isPresent();
    if (stays) {
      String boot = UUID.randomUUID().toString();
      boots.put(pod.node(), boot);
      report(pod.node(), boot);
      report(pod, "Succeeded", Optional.of(Ending.WELL));
    }
  }

  private void report(PlacedPod pod, String phase, Optional<Ending> ending) {
    var statuses = new LinkedHashMap<String, Object>();
    statuses.put("phase", phase);
    statuses.put("startTime", now());
    statuses.put(
        "conditions",
        List.of(Map.of("type", "Ready", "status", ending.isPresent() ? "False" : "True")));
    statuses.put("containerStatuses", statuses(pod.containers(), ending));
    statuses.put("initContainerStatuses", statuses(pod.initContainers(), ending));
    var meta = new LinkedHashMap<String, Object>();
    meta.put("uid", pod.uid());
    if (ending.isPresent() && pod.rebootsAfter().isPresent()) {
      // what the script of upstream's reboot pods writes before it reboots
      meta.put("annotations", Map.of("kairos.io/reboot-state", "completed"));
    }
    requireDone(
        client.patch(pod.path() + "/status", Map.of("metadata", meta, "status", statuses)),
        pod.name());
  }

  private List<Map<String, Object>> statuses(List<String> containers, Optional<Ending> ending) {
    Map<String, Object> state =
        ending
            .<Map<String, Object>>map(
                end ->
                    Map.of(
                        "terminated",
                        Map.of(
                            "exitCode",
                            end.exitCode(),
                            "reason",
                            end.exitCode() == 0 ? "Completed" : "Error",
                            "message",
                            end.message(),
                            "startedAt",
                            now(),
                            "finishedAt",
                            now())))
            .orElseGet(() -> Map.of("running", Map.of("startedAt", now())));
    return containers.stream()
        .<Map<String, Object>>map(
            name ->
                Map.of(
                    "name",
                    name,
                    "image",
                    "simulated",
                    "imageID",
                    "simulated",
                    "ready",
                    ending.isEmpty(),
                    "restartCount",
                    0,
                    "state",
                    state))
        .toList();
  }

  /** What the clocks of nodes are ahead of this machine's from now on; negative for behind. */
  public void clocksAreAhead(Duration ahead) {
    clockOffset = ahead;
  }

  /** No node reboots while this is on. */
  public void holdReboots(boolean held) {
    rebootsAreHeld = held;
    List.copyOf(waiting.keySet()).forEach(this::rebootAfter);
  }

  private String now() {
    return Instant.now().plus(clockOffset).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    work.shutdownNow();
    watch.interrupt();
    client.close();
  }
}
