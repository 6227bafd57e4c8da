package io.kairos.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.kairos.formats.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Nodes that exist only as objects of a real API server, and what kubelets would report of them:
 * pods run, end as they are told to, and go when they are deleted; a reboot pod gives its node
 * another boot id once the Job it waits for is done. For rollouts over more nodes than a machine
 * can run.
 */
final class SimulatedKubelets implements AutoCloseable {
  /** How the containers of a pod end. */
  public record Ending(int exitCode, String message) {
    public static final Ending WELL = new Ending(0, "");
  }

  private static final System.Logger LOG = System.getLogger(SimulatedKubelets.class.getName());

  private final KubernetesClient client;
  private final Function<Pod, Ending> endings;
  private final Set<String> nodes = ConcurrentHashMap.newKeySet();
  private final Map<String, String> boots = new ConcurrentHashMap<>();
  private final Map<String, String> seen = new ConcurrentHashMap<>();
  private final Set<String> finishedJobs = ConcurrentHashMap.newKeySet();
  private final ExecutorService work = Executors.newFixedThreadPool(8);
  private final SharedIndexInformer<Pod> pods;
  private final Thread heartbeats;
  private volatile Duration clockOffset = Duration.ZERO;
  private volatile boolean rebootsAreHeld;

  /**
   * @param endings null for a pod that runs until it is deleted
   */
  public SimulatedKubelets(KubernetesClient client, Function<Pod, Ending> endings) {
    this.client = client;
    this.endings = endings;
    this.pods = client.pods().inAnyNamespace().runnableInformer(0);
    pods.exceptionHandler((started, failure) -> true);
    pods.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(Pod pod) {
            changed(pod);
          }

          @Override
          public void onUpdate(Pod before, Pod after) {
            changed(after);
          }

          @Override
          public void onDelete(Pod pod, boolean unknown) {}
        });
    pods.start().toCompletableFuture().join();
    this.heartbeats = Thread.ofVirtual().name("heartbeats").start(this::beatUntilInterrupted);
  }

  private void beatUntilInterrupted() {
    try {
      while (true) {
        TimeUnit.SECONDS.sleep(10);
        beat();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Without it the node controller takes a node for lost after forty seconds. */
  private void beat() {
    boots.forEach(
        (node, boot) -> {
          try {
            report(node, boot, true);
          } catch (KubernetesClientException e) {
            LOG.log(
                System.Logger.Level.DEBUG, "no heartbeat of {0} now: {1}", node, e.getMessage());
          }
        });
  }

  /** A Ready node with these labels. */
  public void addNode(String name, Map<String, String> labels) {
    String boot = UUID.randomUUID().toString();
    boots.put(name, boot);
    Node node =
        new NodeBuilder().withNewMetadata().withName(name).withLabels(labels).endMetadata().build();
    client.resource(node).create();
    nodes.add(name);
    report(name, boot, true);
  }

  /** Has a node say whether it is Ready, and in which boot. */
  public void report(String name, String boot, boolean ready) {
    String now = now();
    client
        .nodes()
        .withName(name)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            Json.write(
                Map.of(
                    "status",
                    Map.of(
                        "nodeInfo",
                        info(boot),
                        "conditions",
                        List.of(
                            Map.of(
                                "type",
                                "Ready",
                                "status",
                                ready ? "True" : "False",
                                "reason",
                                "Simulated",
                                "message",
                                "",
                                "lastHeartbeatTime",
                                now,
                                "lastTransitionTime",
                                now))))));
  }

  private static Map<String, Object> info(String boot) {
    var info = new LinkedHashMap<String, Object>();
    for (String field :
        List.of(
            "architecture",
            "containerRuntimeVersion",
            "kernelVersion",
            "kubeProxyVersion",
            "kubeletVersion",
            "machineID",
            "operatingSystem",
            "osImage",
            "systemUUID")) {
      info.put(field, "simulated");
    }
    info.put("bootID", boot);
    return info;
  }

  private void changed(Pod pod) {
    String node = pod.getSpec().getNodeName();
    if (node != null && nodes.contains(node)) {
      work.execute(() -> handle(pod));
    }
  }

  private void handle(Pod pod) {
    try {
      act(pod);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404) { // 404: the pod is gone
        later(() -> handle(pod));
      }
    }
  }

  private void later(Runnable task) {
    if (!work.isShutdown()) {
      Thread.startVirtualThread(
          () -> {
            try {
              TimeUnit.MILLISECONDS.sleep(200);
              work.execute(task);
            } catch (InterruptedException | RejectedExecutionException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
  }

  private void act(Pod pod) {
    String uid = pod.getMetadata().getUid();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      client.resource(pod).withGracePeriod(0).delete();
      return;
    }
    String phase = pod.getStatus() == null ? "Pending" : pod.getStatus().getPhase();
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      return;
    }
    if (seen.putIfAbsent(uid, "running") == null) {
      setStatus(pod, "Running", null);
    }
    Map<String, String> labels = pod.getMetadata().getLabels();
    if (labels != null && labels.containsKey("kairos.io/reboot")) {
      reboot(pod);
      return;
    }
    Ending ending = endings.apply(pod);
    if (ending == null) {
      return;
    }
    setStatus(pod, ending.exitCode() == 0 ? "Succeeded" : "Failed", ending);
    if (ending.exitCode() == 0 && labels != null) {
      finishedJobs.add(labels.getOrDefault("batch.kubernetes.io/job-name", ""));
    }
  }

  private void reboot(Pod pod) {
    String pattern = pod.getSpec().getContainers().getFirst().getCommand().getLast();
    String job = pattern.substring(0, pattern.length() - 2);
    if (rebootsAreHeld || !finishedJobs.contains(job)) {
      later(() -> handle(pod));
      return;
    }
    Pod current = client.resource(pod).get();
    if (current == null || current.getMetadata().getDeletionTimestamp() != null) {
      return;
    }
    String node = pod.getSpec().getNodeName();
    String boot = UUID.randomUUID().toString();
    boots.put(node, boot);
    report(node, boot, true);
    setStatus(pod, "Succeeded", Ending.WELL);
  }

  public String bootOf(String node) {
    return boots.get(node);
  }

  private void setStatus(Pod pod, String phase, Ending ending) {
    Pod changed =
        new PodBuilder(pod)
            .editOrNewStatus()
            .withPhase(phase)
            .withStartTime(now())
            .withContainerStatuses(statuses(pod.getSpec().getContainers(), ending))
            .withInitContainerStatuses(statuses(pod.getSpec().getInitContainers(), ending))
            .withConditions(
                new PodConditionBuilder()
                    .withType("Ready")
                    .withStatus(ending == null ? "True" : "False")
                    .build())
            .endStatus()
            .build();
    changed.getMetadata().setResourceVersion(null);
    client.resource(changed).updateStatus();
  }

  private List<ContainerStatus> statuses(List<Container> containers, Ending ending) {
    var statuses = new ArrayList<ContainerStatus>();
    for (Container container : containers) {
      ContainerState state =
          ending == null
              ? new ContainerStateBuilder()
                  .withNewRunning()
                  .withStartedAt(now())
                  .endRunning()
                  .build()
              : new ContainerStateBuilder()
                  .withNewTerminated()
                  .withExitCode(ending.exitCode())
                  .withReason(ending.exitCode() == 0 ? "Completed" : "Error")
                  .withMessage(ending.message())
                  .withStartedAt(now())
                  .withFinishedAt(now())
                  .endTerminated()
                  .build();
      statuses.add(
          new ContainerStatusBuilder()
              .withName(container.getName())
              .withImage(container.getImage())
              .withImageID("simulated")
              .withReady(ending == null)
              .withRestartCount(0)
              .withState(state)
              .build());
    }
    return statuses;
  }

  /** What the clocks of nodes are ahead of this machine's from now on; negative for behind. */
  void clocksAreAhead(Duration ahead) {
    clockOffset = ahead;
  }

  /** No node reboots while this is on. */
  void holdReboots(boolean held) {
    rebootsAreHeld = held;
  }

  private String now() {
    return Instant.now().plus(clockOffset).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    pods.close();
    work.shutdownNow();
    heartbeats.interrupt();
  }
}
