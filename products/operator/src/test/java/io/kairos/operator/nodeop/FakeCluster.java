package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.kairos.operator.Names;
import io.kairos.operator.nodeop.NodeOpAction.Cordon;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import io.kairos.operator.nodeop.NodeOpAction.CreatePreflightPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRebootPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRollbackJob;
import io.kairos.operator.nodeop.NodeOpAction.DeleteNodeOp;
import io.kairos.operator.nodeop.NodeOpAction.DeletePod;
import io.kairos.operator.nodeop.NodeOpAction.Evict;
import io.kairos.operator.nodeop.NodeOpAction.LookForJob;
import io.kairos.operator.nodeop.NodeOpAction.LookForPod;
import io.kairos.operator.nodeop.NodeOpAction.Uncordon;
import io.kairos.operator.nodeop.PodFacts.Ended;
import io.kairos.operator.nodeop.PodFacts.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A cluster in memory that behaves as far as {@link NodeOpPlanner} can see: statuses are written
 * only over the version they were made from, what exists is not made twice, and nothing happens to
 * Jobs and pods unless the test says so.
 */
final class FakeCluster {
  static final String UID = "0123-uid";

  final String name;
  final Map<String, NodeFacts> nodes = new TreeMap<>();
  final Map<String, JobFacts> jobs = new LinkedHashMap<>();
  final Map<String, PodFacts> pods = new LinkedHashMap<>();
  final Map<String, List<Pod>> workloads = new HashMap<>();
  final List<NodeOpAction> performed = new ArrayList<>();
  final Set<String> everCreated = new HashSet<>();
  final Set<String> busyControlPlane = new HashSet<>();
  final Set<String> blockedPods = new HashSet<>();
  Instant now = Instant.parse("2026-03-01T10:00:00Z");
  NodeOpSpec spec;
  NodeOpStatus status = NodeOpStatus.EMPTY;
  final Map<String, String> annotations = new HashMap<>();
  boolean deleted;
  NodeOpPlan latest;

  FakeCluster(NodeOpSpec spec, String... nodes) {
    this("op", spec, List.of(nodes));
  }

  /**
   * @param name of the NodeOp
   */
  FakeCluster(String name, NodeOpSpec spec, List<String> nodes) {
    this.name = name;
    this.spec = spec;
    for (String node : nodes) {
      addNode(node, Map.of());
    }
  }

  void addNode(String name, Map<String, String> labels) {
    nodes.put(name, node(name, labels, Map.of(), true, false, Optional.empty(), "boot-1"));
  }

  private static NodeFacts node(
      String name,
      Map<String, String> labels,
      Map<String, String> annotations,
      boolean ready,
      boolean unschedulable,
      Optional<String> by,
      String boot) {
    return new NodeFacts(
        name,
        "uid-" + name,
        labels,
        annotations,
        ready,
        unschedulable,
        by,
        Optional.of(boot),
        false);
  }

  NodeOp nodeOp() {
    var nodeOp = new NodeOp();
    nodeOp.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace("ns")
            .withUid(UID)
            .withGeneration(1L)
            .withAnnotations(Map.copyOf(annotations))
            .build());
    nodeOp.setSpec(spec);
    nodeOp.setStatus(status);
    return nodeOp;
  }

  NodeOpView view(Map<String, List<Outcome>> outcomes) {
    return new NodeOpView(
        nodeOp(),
        Map.copyOf(nodes),
        Map.copyOf(jobs),
        List.copyOf(pods.values()),
        node -> workloads.getOrDefault(node, List.of()),
        busyControlPlane,
        outcomes,
        Optional.of("system/operator"),
        now);
  }

  /** One look, as the reconciler does it. */
  FakeCluster look() {
    latest = NodeOpPlanner.plan(view(Map.of()));
    status = latest.status();
    perform(latest.actions(), Integer.MAX_VALUE);
    return this;
  }

  /** One look that ends after some of its actions, as a crash would end it. */
  void lookAndDieAfter(int actions, boolean written) {
    NodeOpPlan plan = NodeOpPlanner.plan(view(Map.of()));
    if (written) {
      status = plan.status();
      perform(plan.actions(), actions);
    }
  }

  /** Looks until nothing changes any more. */
  FakeCluster settle() {
    for (int i = 0; i < 100; i++) {
      NodeOpStatus before = status;
      int done = performed.size();
      look();
      boolean quiet = before.equals(status) && performed.size() == done;
      if (quiet) {
        return this;
      }
    }
    return this; // drains look again and again
  }

  FakeCluster after(Duration time) {
    now = now.plus(time);
    return this;
  }

  private void perform(List<NodeOpAction> actions, int most) {
    var outcomes = new HashMap<String, List<Outcome>>();
    for (NodeOpAction action : actions.subList(0, Math.min(most, actions.size()))) {
      performed.add(action);
      act(action)
          .ifPresent(
              outcome ->
                  outcomes.computeIfAbsent(action.node(), key -> new ArrayList<>()).add(outcome));
    }
    if (!outcomes.isEmpty()) {
      status = NodeOpPlanner.plan(view(outcomes)).status();
    }
  }

  private Optional<Outcome> act(NodeOpAction action) {
    var names = NodeOpNames.of(nodeOp());
    switch (action) {
      case CreatePreflightPod(var node, var attempt) ->
          addPod(names.preflightPod(node, attempt), Role.PREFLIGHT, node, Optional.empty());
      case CreateRebootPod(var node, var job, var before) ->
          addPod(names.rebootPod(node, job), Role.REBOOT, node, Optional.of(job));
      case CreateJob(var node, var attempt, var job) -> addJob(job);
      case CreateRollbackJob(var node, var attempt, var job) -> addJob(job);
      case Cordon(var node) -> {
        if (!nodes.get(node).unschedulable()) {
          cordon(node, Optional.of(names.cordon()));
        }
      }
      case Uncordon(var node) -> {
        NodeFacts facts = nodes.get(node);
        if (facts.cordonedBy().equals(Optional.of(names.cordon()))) {
          nodes.put(
              node,
              node(
                  node,
                  facts.labels(),
                  facts.annotations(),
                  facts.ready(),
                  false,
                  Optional.empty(),
                  facts.bootId().orElseThrow()));
        }
      }
      case Evict(var node, var pod) -> {
        if (blockedPods.contains(pod.name())) {
          return Optional.of(new Outcome.Refused(action, "pod " + pod + ": budget says no"));
        }
        workloads.computeIfPresent(
            node,
            (key, list) ->
                list.stream().filter(p -> !p.getMetadata().getName().equals(pod.name())).toList());
      }
      case DeletePod(var node, var pod) -> pods.remove(pod);
      case LookForJob(var node, var job) -> {
        return jobs.containsKey(job) ? Optional.empty() : Optional.of(new Outcome.Missing(action));
      }
      case LookForPod(var node, var pod) -> {
        return pods.containsKey(pod) ? Optional.empty() : Optional.of(new Outcome.Missing(action));
      }
      case DeleteNodeOp all -> deleted = true;
    }
    return Optional.empty();
  }

  private void addJob(String name) {
    if (jobs.putIfAbsent(name, new JobFacts(name, JobFacts.State.RUNNING, true, "", "")) == null
        && !everCreated.add(name)) {
      throw new AssertionError("Job " + name + " was made a second time");
    }
  }

  private void addPod(String name, Role role, String node, Optional<String> job) {
    pods.putIfAbsent(
        name,
        new PodFacts(
            name, role, node, job, "Running", "", false, Map.of(), Optional.empty(), false));
  }

  // ---- what happens in the cluster ----

  void cordon(String node, Optional<String> by) {
    NodeFacts facts = nodes.get(node);
    nodes.put(
        node,
        node(
            node,
            facts.labels(),
            facts.annotations(),
            facts.ready(),
            true,
            by,
            facts.bootId().orElseThrow()));
  }

  void change(
      String node,
      boolean ready,
      String boot,
      Map<String, String> labels,
      Map<String, String> annotations) {
    NodeFacts facts = nodes.get(node);
    nodes.put(
        node,
        node(node, labels, annotations, ready, facts.unschedulable(), facts.cordonedBy(), boot));
  }

  void ready(String node, boolean ready) {
    NodeFacts facts = nodes.get(node);
    change(node, ready, facts.bootId().orElseThrow(), facts.labels(), facts.annotations());
  }

  void boots(String node, String boot) {
    NodeFacts facts = nodes.get(node);
    change(node, true, boot, facts.labels(), facts.annotations());
  }

  String jobOf(String node) {
    return status.entries().get(node).jobName();
  }

  void jobSucceeds(String node) {
    String job = jobOf(node);
    jobs.put(job, new JobFacts(job, JobFacts.State.SUCCEEDED, false, "", ""));
  }

  void jobSucceeds(String node, String message) {
    jobSucceeds(node);
    jobPod(node, jobOf(node), new Ended(0, "Completed", message));
  }

  void jobFails(String node) {
    String job = jobOf(node);
    jobs.put(job, new JobFacts(job, JobFacts.State.FAILED, false, "BackoffLimitExceeded", ""));
  }

  void jobPod(String node, String job, Ended ended) {
    pods.put(
        job + "-pod",
        new PodFacts(
            job + "-pod",
            Role.JOB,
            node,
            Optional.of(job),
            ended.exitCode() == 0 ? "Succeeded" : "Failed",
            "",
            false,
            Map.of(NodeOpObjects.MAIN_CONTAINER, ended),
            Optional.empty(),
            false));
  }

  Optional<PodFacts> pod(Role role, String node) {
    return pods.values().stream()
        .filter(pod -> pod.role() == role && pod.node().equals(node))
        .findFirst();
  }

  void podEnds(Role role, String node, int exitCode, String message) {
    PodFacts pod = pod(role, node).orElseThrow();
    String container = role == Role.PREFLIGHT ? NodeOpObjects.PREFLIGHT_CONTAINER : "reboot";
    pods.put(
        pod.name(),
        new PodFacts(
            pod.name(),
            role,
            node,
            pod.job(),
            exitCode == 0 ? "Succeeded" : "Failed",
            "",
            false,
            Map.of(container, new Ended(exitCode, exitCode == 0 ? "Completed" : "", message)),
            Optional.empty(),
            false));
  }

  /** The reboot pod's node boots anew, and the pod says so. */
  void reboots(String node, String boot) {
    podEnds(Role.REBOOT, node, 0, "rebooted");
    boots(node, boot);
  }

  NodeStatus entry(String node) {
    return status.entries().get(node);
  }

  boolean isCordonedByUs(String node) {
    return nodes.get(node).cordonedBy().equals(Optional.of("ns/" + name + "@" + UID));
  }

  long count(Class<? extends NodeOpAction> kind) {
    return performed.stream().filter(kind::isInstance).count();
  }

  static Map<String, String> controlPlane() {
    return Map.of("node-role.kubernetes.io/control-plane", "");
  }

  static Map<String, String> kairos(String bootState) {
    return Map.of(Names.MANAGED_LABEL, "true", Names.BOOT_STATE_LABEL, bootState);
  }
}
