package io.kairos.operator.nodeop;

import io.kairos.base.InvalidConfig;
import io.kairos.operator.Conditions;
import io.kairos.operator.EventRecorder.Severity;
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
import io.kairos.operator.nodeop.NodeOpPlan.Tiding;
import io.kairos.operator.nodeop.NodeStatus.Step;
import io.kairos.operator.nodeop.PodFacts.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides, touches nothing: same view, same plan. Each node walks through the steps of {@link
 * Step}; a step ends when what it waits for was observed, never because somebody has been asked for
 * it.
 */
final class NodeOpPlanner {
  private static final Duration RESYNC = Duration.ofMinutes(5);
  private static final Duration DRAIN_POLL = Duration.ofSeconds(5);
  private static final Duration RETRY_STARTS = Duration.ofSeconds(5);
  private static final Duration GATE_POLL = Duration.ofSeconds(10);
  private static final Duration ROLLBACK_TIMEOUT = Duration.ofMinutes(30);

  private static final String TOO_MANY =
      "the status of one object holds no more nodes; choose fewer with spec.nodeSelector,"
          + " and the others with another object";

  /** Reasons after which the same thing once more would only do harm. */
  private static final List<String> FINAL =
      List.of("BootedIntoFallback", "RolledBack", "RollbackFailed", "NodeDeleted");

  private final NodeOpView view;
  private final NodeOpSpec spec;
  private final NodeOpNames names;
  private final Map<String, NodeStatus> before;
  private final Map<String, NodeStatus> entries = new TreeMap<>();
  private final Map<String, List<PodFacts>> podsByNode = new HashMap<>();
  private final Map<String, List<PodFacts>> podsByJob = new HashMap<>();
  private final List<NodeOpAction> actions = new ArrayList<>();
  private final List<Tiding> tidings = new ArrayList<>();
  private Instant wake;

  /** Why no further node is started, if so. */
  private Optional<Hold> hold = Optional.empty();

  private record Hold(String reason, String message) {}

  private NodeOpPlanner(NodeOpView view) {
    this.view = view;
    this.spec = view.nodeOp().specOrEmpty();
    this.names = NodeOpNames.of(view.nodeOp());
    this.before = view.nodeOp().statusOrEmpty().entries();
    this.wake = view.now().plus(RESYNC);
    entries.putAll(before);
    for (PodFacts pod : view.pods()) {
      podsByNode.computeIfAbsent(pod.node(), key -> new ArrayList<>()).add(pod);
      pod.job().ifPresent(job -> podsByJob.computeIfAbsent(job, key -> new ArrayList<>()).add(pod));
    }
  }

  static NodeOpPlan plan(NodeOpView view) {
    return new NodeOpPlanner(view).planned();
  }

  /** Nodes that {@code selector} means, those of the control plane first or last, then by name. */
  static List<NodeFacts> targets(NodeOpSpec spec, Map<String, NodeFacts> nodes) {
    var selector = new Selector(spec.nodeSelector());
    Comparator<NodeFacts> byRole = Comparator.comparing(node -> !node.isControlPlane());
    if ("Last".equals(spec.controlPlaneOrder())) {
      byRole = byRole.reversed();
    }
    return nodes.values().stream()
        .filter(node -> selector.matches(node.labels()))
        .sorted(byRole.thenComparing(NodeFacts::name))
        .toList();
  }

  private NodeOpPlan planned() {
    Optional<String> invalid = problem();
    List<NodeFacts> targets = List.of();
    if (invalid.isEmpty()) {
      targets = targets(spec, view.nodes());
      retryWhatIsAskedFor();
    }
    for (String node : List.copyOf(entries.keySet())) {
      advance(node);
    }
    if (invalid.isPresent()) {
      hold = Optional.of(new Hold("InvalidSpec", invalid.get()));
    } else {
      retryByItself();
      startNodes(targets);
    }
    List<NodeOpAction> advances = List.copyOf(actions);
    actions.clear(); // nodes are given back before others are taken
    for (String node : entries.keySet()) {
      tidyUp(node);
    }
    actions.addAll(advances);
    tell();
    NodeOpStatus status = NodeOpSummary.of(view, stamped(), targets, invalid, holdText());
    expire(status);
    return new NodeOpPlan(status, List.copyOf(actions), List.copyOf(tidings), wake);
  }

  private Optional<Map.Entry<String, String>> holdText() {
    return hold.map(reason -> Map.entry(reason.reason(), reason.message()));
  }

  private Optional<String> problem() {
    try {
      NodeOpValidation.check(spec);
      return Optional.empty();
    } catch (InvalidConfig e) {
      return Optional.of(e.getMessage());
    }
  }

  // ---- one node ----

  /** Walks on until something has to happen first. */
  private void advance(String node) {
    NodeStatus entry = entries.get(node);
    Optional<Step> step = entry.currentStep();
    while (step.isPresent() && step.get() != Step.Queued) {
      Optional<NodeStatus> next = next(node, entry, step.get());
      if (next.isEmpty()) {
        return;
      }
      boolean moved = !next.get().currentStep().equals(step);
      entry = next.get();
      entries.put(node, entry);
      if (!moved) {
        return;
      }
      step = entry.currentStep();
    }
  }

  /** The next status, or none to stay as it is. */
  private Optional<NodeStatus> next(String node, NodeStatus entry, Step step) {
    NodeFacts facts = view.nodes().get(node);
    if (facts == null) {
      return Optional.of(
          failed(entry, "NodeDeleted", "node was deleted while the operation ran on it"));
    }
    return switch (step) {
      case Queued -> Optional.empty();
      case StartPreflight -> startPreflight(node, entry);
      case Preflight -> preflight(node, entry, facts);
      case Cordon -> cordon(node, entry, facts);
      case Drain -> drain(node, entry);
      case StartJob -> startJob(node, entry);
      case Job -> job(node, entry);
      case Reboot -> reboot(node, entry, facts);
      case HealthGate -> gate(entry, facts);
      case StartRollback -> startRollback(node, entry);
      case Rollback -> rollback(node, entry);
      case RollbackReboot -> rollbackReboot(node, entry, facts);
    };
  }

  private Optional<NodeStatus> startPreflight(String node, NodeStatus entry) {
    if (preflightPod(node, entry).isPresent()) {
      return Optional.of(
          entry.draft().step(Step.Preflight, now()).message("Preflight in progress").done());
    }
    act(new CreatePreflightPod(node, entry.attemptNumber()));
    return trouble(node).flatMap(text -> messageOf(entry, "Preflight in progress; " + text));
  }

  private Optional<NodeStatus> preflight(String node, NodeStatus entry, NodeFacts facts) {
    Optional<PodFacts> pod = preflightPod(node, entry);
    if (pod.isEmpty()) {
      if (isMissing(node)) {
        return Optional.of(failed(entry, "PreflightPodNotFound", "Preflight Pod not found"));
      }
      act(new LookForPod(node, names.preflightPod(node, entry.attemptNumber())));
      return Optional.empty();
    }
    String told = message(pod.get(), NodeOpObjects.PREFLIGHT_CONTAINER);
    if (pod.get().succeeded() && !told.isEmpty()) {
      return Optional.of(
          entry
              .draft()
              .phase(NodeStatus.COMPLETED)
              .message("Skipped by preflight: " + told)
              .finished()
              .done());
    }
    if (pod.get().succeeded()) {
      return Optional.of(admitted(node, entry, facts));
    }
    if (pod.get().failed()) {
      String why = preflightFailure(pod.get());
      return Optional.of(failed(entry, "PreflightFailed", "Preflight failed: " + why));
    }
    return messageOf(
        entry, "Preflight in progress" + pod.get().stuck().map(reason -> "; " + reason).orElse(""));
  }

  private static String preflightFailure(PodFacts pod) {
    var ended = pod.ended().get(NodeOpObjects.PREFLIGHT_CONTAINER);
    if (ended != null) {
      return ended.reason().isEmpty() ? "exit " + ended.exitCode() : ended.reason();
    }
    return pod.reason().isEmpty() ? "container did not report a terminated state" : pod.reason();
  }

  /** What happens to a node once nothing speaks against it any more. */
  private NodeStatus admitted(String node, NodeStatus entry, NodeFacts facts) {
    boolean reboots = spec.reboots();
    return entry
        .draft()
        .phase(NodeStatus.PENDING)
        .step(Step.Cordon, now())
        .jobName(names.job(node, entry.attemptNumber()))
        .message("Node is being made ready")
        .rebootStatus(reboots ? NodeStatus.REBOOT_PENDING : NodeStatus.REBOOT_NOT_REQUESTED)
        .bootID(reboots ? facts.bootId().orElse(null) : null)
        .done();
  }

  private Optional<NodeStatus> cordon(String node, NodeStatus entry, NodeFacts facts) {
    boolean ready = true;
    if (spec.reboots() && rebootPod(node, entry).isEmpty()) {
      act(new CreateRebootPod(node, entry.jobName(), Optional.empty()));
      ready = false;
    }
    if (spec.cordons() && !facts.unschedulable()) {
      act(new Cordon(node));
      ready = false;
    }
    if (!ready) {
      return trouble(node).flatMap(text -> messageOf(entry, "Node is being made ready; " + text));
    }
    return Optional.of(
        entry.draft().step(spec.drains() ? Step.Drain : Step.StartJob, now()).done());
  }

  private Optional<NodeStatus> drain(String node, NodeStatus entry) {
    var options = spec.drainOptions();
    Instant since = Instant.parse(entry.since());
    DrainPlan drain = DrainPlan.of(view.podsOn().apply(node), options, view.ownPod(), since);
    if (drain.refusal().isPresent()) {
      return Optional.of(drainFailed(entry, drain.refusal().get()));
    }
    if (drain.isDone()) {
      return Optional.of(
          entry.draft().step(Step.StartJob, now()).message("Node is being made ready").done());
    }
    Instant end = since.plus(options.timeout());
    if (!view.now().isBefore(end)) {
      String last = entry.message() == null ? "" : "; last: " + entry.message();
      return Optional.of(
          drainFailed(
              entry,
              "after "
                  + options.timeout().toSeconds()
                  + " s still on the node: "
                  + some(drain.remaining())
                  + last));
    }
    drain.evict().forEach(pod -> act(new Evict(node, pod)));
    wakeAt(view.now().plus(DRAIN_POLL));
    wakeAt(end);
    Optional<String> blocked = trouble(node);
    if (blocked.isPresent()) {
      return messageOf(entry, "Draining: " + blocked.get());
    }
    boolean told = entry.message() != null && entry.message().startsWith("Draining");
    return told
        ? Optional.empty()
        : messageOf(entry, "Draining: waiting for " + some(drain.remaining()));
  }

  private NodeStatus drainFailed(NodeStatus entry, String why) {
    return failed(entry.draft().jobName(null).done(), "DrainFailed", "Drain failed: " + why);
  }

  private Optional<NodeStatus> startJob(String node, NodeStatus entry) {
    if (view.jobs().containsKey(entry.jobName())) {
      return Optional.of(entry.draft().step(Step.Job, now()).message("Job created").done());
    }
    act(new CreateJob(node, entry.attemptNumber(), entry.jobName()));
    return trouble(node).flatMap(text -> messageOf(entry, "Node is being made ready; " + text));
  }

  private Optional<NodeStatus> job(String node, NodeStatus entry) {
    JobFacts job = view.jobs().get(entry.jobName());
    if (job == null) {
      if (isMissing(node)) {
        return Optional.of(failed(entry, "JobNotFound", "Job not found"));
      }
      act(new LookForJob(node, entry.jobName()));
      return Optional.empty();
    }
    List<PodFacts> pods = podsByJob.getOrDefault(job.name(), List.of());
    return switch (job.state()) {
      case RUNNING -> {
        Optional<String> stuck =
            pods.stream().map(PodFacts::stuck).flatMap(Optional::stream).findFirst();
        boolean running = job.active();
        yield running && (!NodeStatus.RUNNING.equals(entry.phase()) || changed(entry, stuck))
            ? Optional.of(
                entry
                    .draft()
                    .phase(NodeStatus.RUNNING)
                    .step(Step.Job, entry.since() == null ? now() : entry.since())
                    .message("Job is running" + stuck.map(why -> "; " + why).orElse(""))
                    .done())
            : Optional.empty();
      }
      case FAILED -> Optional.of(failed(entry, "JobFailed", "Job failed" + jobFailure(job, pods)));
      case SUCCEEDED -> Optional.of(succeeded(entry, pods));
    };
  }

  private static boolean changed(NodeStatus entry, Optional<String> stuck) {
    return !("Job is running" + stuck.map(why -> "; " + why).orElse("")).equals(entry.message());
  }

  /** Which container failed how, as far as the pods still tell it. */
  private static String jobFailure(JobFacts job, List<PodFacts> pods) {
    for (PodFacts pod : pods.reversed()) {
      for (var ended : pod.ended().entrySet()) {
        if (ended.getValue().exitCode() != 0) {
          String text = ended.getValue().message();
          String last = text.substring(text.lastIndexOf('\n') + 1);
          return ": container "
              + ended.getKey()
              + " exited with "
              + ended.getValue().exitCode()
              + (last.isEmpty() ? "" : ": " + shortened(last));
        }
      }
      if (!pod.reason().isEmpty()) {
        return ": " + pod.reason();
      }
    }
    return job.detail().isEmpty() || job.detail().equals("BackoffLimitExceeded")
        ? ""
        : ": " + job.detail();
  }

  private NodeStatus succeeded(NodeStatus entry, List<PodFacts> pods) {
    String from = null;
    String to = null;
    for (PodFacts pod : pods) {
      var ended = pod.ended().get(NodeOpObjects.MAIN_CONTAINER);
      if (ended != null && ended.exitCode() == 0) {
        from = line(ended.message(), "fromVersion=").orElse(from);
        to = line(ended.message(), "toVersion=").orElse(to);
      }
    }
    var draft = entry.draft().message("Job completed successfully").versions(from, to);
    if (spec.reboots()) {
      return draft
          .phase(NodeStatus.COMPLETED)
          .rebootStatus(NodeStatus.REBOOT_PENDING)
          .step(Step.Reboot, now())
          .done();
    }
    if (spec.gates()) {
      return draft.phase(NodeStatus.RUNNING).step(Step.HealthGate, now()).done();
    }
    return draft.phase(NodeStatus.COMPLETED).finished().done();
  }

  private Optional<NodeStatus> reboot(String node, NodeStatus entry, NodeFacts facts) {
    Optional<PodFacts> pod = rebootPod(node, entry);
    boolean told = pod.filter(PodFacts::saysRebooted).filter(PodFacts::succeeded).isPresent();
    if (told || rebooted(entry, facts, pod)) {
      return Optional.of(rebooted(entry));
    }
    Instant start = entry.since() == null ? view.now() : Instant.parse(entry.since());
    if (entry.since() == null) { // upstream's operator began this
      return Optional.of(
          entry.draft().step(Step.Reboot, now()).bootID(facts.bootId().orElse(null)).done());
    }
    Instant end = start.plus(spec.rebootTimeout());
    if (!view.now().isBefore(end)) {
      return Optional.of(
          failed(
              entry,
              "RebootTimeout",
              "node did not reboot within "
                  + spec.rebootTimeout().toSeconds()
                  + " s; its boot id is still "
                  + facts.bootId().orElse("unknown")
                  + pod.flatMap(PodFacts::stuck).map(why -> "; reboot pod: " + why).orElse("")));
    }
    wakeAt(end);
    if (pod.isEmpty() && isSameBoot(entry, facts)) {
      act(new CreateRebootPod(node, entry.jobName(), Optional.ofNullable(entry.bootID())));
    }
    return Optional.empty();
  }

  private static boolean isSameBoot(NodeStatus entry, NodeFacts facts) {
    return entry.bootID() == null || facts.bootId().filter(entry.bootID()::equals).isPresent();
  }

  private NodeStatus rebooted(NodeStatus entry) {
    if (spec.gates()) {
      return entry.draft().step(Step.HealthGate, now()).message("Waiting for the node").done();
    }
    return entry
        .draft()
        .rebootStatus(NodeStatus.REBOOT_COMPLETED)
        .message("Job and reboot completed successfully")
        .finished()
        .done();
  }

  /** Another boot, and nobody waits any more to reboot it once again. */
  private static boolean rebooted(NodeStatus entry, NodeFacts facts, Optional<PodFacts> pod) {
    boolean known = entry.bootID() != null && facts.bootId().isPresent();
    boolean another = known && !entry.bootID().equals(facts.bootId().get());
    boolean proven = another && facts.ready();
    return proven && pod.map(watcher -> watcher.succeeded() || watcher.failed()).orElse(true);
  }

  private Optional<NodeStatus> gate(NodeStatus entry, NodeFacts facts) {
    Duration waited = Duration.between(Instant.parse(entry.since()), view.now());
    Optional<String> expected = Optional.ofNullable(entry.toVersion());
    return switch (HealthCheck.of(facts, expected, waited)) {
      case HealthCheck.Healthy(var state) -> Optional.of(healthy(entry, state));
      case HealthCheck.Unhealthy(var reason, var message, var fellBack) ->
          Optional.of(unhealthy(entry, facts, reason, message, fellBack));
      case HealthCheck.Waiting(var message) -> {
        if (waited.compareTo(spec.healthGate().timeout()) >= 0) {
          String late = message + " " + spec.healthGate().timeout().toSeconds() + " s afterwards";
          yield Optional.of(unhealthy(entry, facts, "NotHealthy", late, false));
        }
        wakeAt(view.now().plus(GATE_POLL));
        yield messageOf(entry, "Health gate: " + message);
      }
    };
  }

  private NodeStatus healthy(NodeStatus entry, Optional<String> state) {
    boolean rebooted = spec.reboots();
    return entry
        .draft()
        .phase(NodeStatus.COMPLETED)
        .rebootStatus(rebooted ? NodeStatus.REBOOT_COMPLETED : entry.rebootStatus())
        .message(rebooted ? "Job and reboot completed successfully" : "Job completed successfully")
        .bootState(state.orElse(null))
        .finished()
        .done();
  }

  private NodeStatus unhealthy(
      NodeStatus entry, NodeFacts facts, String reason, String message, boolean fellBack) {
    NodeStatus failed = failed(entry, reason, "Health gate: " + message);
    boolean rollsBack = spec.reboots() && spec.healthGate().rollsBack() && !fellBack;
    var draft = failed.draft().bootState(facts.label(Names.BOOT_STATE_LABEL).orElse(null));
    return rollsBack
        ? draft
            .step(Step.StartRollback, now())
            .bootID(facts.bootId().orElse(null))
            .message(failed.message() + "; rolling back")
            .done()
        : draft.done();
  }

  private Optional<NodeStatus> startRollback(String node, NodeStatus entry) {
    String job = names.rollbackJob(node, entry.attemptNumber());
    if (pod(node, Role.REBOOT, names.rebootPod(node, job)).isEmpty()) {
      act(new CreateRebootPod(node, job, Optional.empty()));
      return rollbackTooLate(entry);
    }
    if (view.jobs().containsKey(job)) {
      return Optional.of(entry.draft().step(Step.Rollback, now()).done());
    }
    act(new CreateRollbackJob(node, entry.attemptNumber(), job));
    return rollbackTooLate(entry);
  }

  private Optional<NodeStatus> rollback(String node, NodeStatus entry) {
    JobFacts job = view.jobs().get(names.rollbackJob(node, entry.attemptNumber()));
    if (job == null || job.state() == JobFacts.State.FAILED) {
      List<PodFacts> pods = job == null ? List.of() : podsByJob.getOrDefault(job.name(), List.of());
      return Optional.of(
          rollbackFailed(entry, job == null ? "its Job is gone" : "Job" + jobFailure(job, pods)));
    }
    return job.state() == JobFacts.State.SUCCEEDED
        ? Optional.of(entry.draft().step(Step.RollbackReboot, now()).done())
        : rollbackTooLate(entry);
  }

  private Optional<NodeStatus> rollbackReboot(String node, NodeStatus entry, NodeFacts facts) {
    String job = names.rollbackJob(node, entry.attemptNumber());
    if (rebooted(entry, facts, pod(node, Role.REBOOT, names.rebootPod(node, job)))) {
      return Optional.of(
          entry
              .draft()
              .reason("RolledBack")
              .message(entry.message().replace("; rolling back", "; rolled back"))
              .bootState(null)
              .finished()
              .done());
    }
    return rollbackTooLate(entry);
  }

  private Optional<NodeStatus> rollbackTooLate(NodeStatus entry) {
    Instant end = Instant.parse(entry.since()).plus(ROLLBACK_TIMEOUT);
    if (!view.now().isBefore(end)) {
      return Optional.of(
          rollbackFailed(entry, "not done after " + ROLLBACK_TIMEOUT.toMinutes() + " min"));
    }
    wakeAt(end);
    wakeAt(view.now().plus(RETRY_STARTS));
    return Optional.empty();
  }

  private static NodeStatus rollbackFailed(NodeStatus entry, String why) {
    return entry
        .draft()
        .reason("RollbackFailed")
        .message(entry.message().replace("; rolling back", "; rollback failed: " + why))
        .finished()
        .done();
  }

  private NodeStatus failed(NodeStatus entry, String reason, String message) {
    return entry
        .draft()
        .phase(NodeStatus.FAILED)
        .reason(reason)
        .message(message)
        .rebootStatus(
            spec.reboots() && NodeStatus.REBOOT_PENDING.equals(entry.rebootStatus())
                ? NodeStatus.REBOOT_CANCELLED
                : entry.rebootStatus())
        .finished()
        .done();
  }

  // ---- which nodes ----

  private void retryWhatIsAskedFor() {
    String asked = retryAnnotation();
    if (asked == null || asked.equals(view.nodeOp().statusOrEmpty().retried())) {
      return;
    }
    entries.replaceAll(
        (node, entry) -> entry.isFailed() && !entry.isInFlight() ? queued(entry) : entry);
  }

  private String retryAnnotation() {
    var annotations = view.nodeOp().getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(Names.RETRY_ANNOTATION);
  }

  private void retryByItself() {
    int retries = spec.retries() == null ? 0 : spec.retries();
    entries.replaceAll(
        (node, entry) ->
            entry.isFailed()
                    && !entry.isInFlight()
                    && entry.attemptNumber() <= retries
                    && !FINAL.contains(String.valueOf(entry.reason()))
                ? queued(entry)
                : entry);
  }

  private NodeStatus queued(NodeStatus entry) {
    int attempt = entry.attemptNumber() + 1;
    return NodeStatus.fresh(attempt)
        .step(Step.Queued, now())
        .message("Waiting to be tried again (attempt " + attempt + ")")
        .done();
  }

  private boolean isWaiting(NodeFacts node) {
    NodeStatus entry = entries.get(node.name());
    boolean queued =
        entry != null && entry.currentStep().filter(step -> step == Step.Queued).isPresent();
    return (entry == null || queued) && !node.leaving();
  }

  private void startNodes(List<NodeFacts> targets) {
    List<NodeFacts> waiting = targets.stream().filter(this::isWaiting).toList();
    if (waiting.isEmpty()) {
      return;
    }
    hold = reasonToStartNone();
    if (hold.isPresent()) {
      return;
    }
    int inFlight = (int) entries.values().stream().filter(NodeStatus::isInFlight).count();
    int concurrency = spec.concurrency() == null ? 0 : spec.concurrency();
    int slots = (concurrency == 0 ? targets.size() : concurrency) - inFlight;
    if (slots <= 0) {
      return; // before all entries are measured, which most looks at a large rollout need not
    }
    var budget = new AvailabilityBudget(spec, targets, view, entries);
    int room = room(waiting);
    for (NodeFacts node : waiting) {
      if (slots <= 0) {
        return;
      }
      if (room <= 0) {
        hold = Optional.of(new Hold("TooManyNodes", TOO_MANY));
        return;
      }
      Optional<String> refused = budget.refusal(node);
      if (refused.isPresent()) {
        if (hold.isEmpty()) {
          hold = Optional.of(new Hold("Waiting", refused.get()));
        }
        continue;
      }
      budget.take(node);
      start(node);
      slots--;
      room--;
    }
  }

  /** For the largest of those that wait, and as if each were started for the first time. */
  private int room(List<NodeFacts> waiting) {
    NodeFacts longest =
        Collections.max(waiting, Comparator.comparingInt(node -> node.name().length()));
    NodeStatus next = admitted(longest.name(), NodeStatus.fresh(1).done(), longest);
    return StatusBudget.room(entries, longest.name(), next);
  }

  private Optional<Hold> reasonToStartNone() {
    if (spec.holdsStarts()) {
      return Optional.of(new Hold("Paused", "spec.paused is set; no further node is started"));
    }
    if (spec.stopsOnFailure()) {
      Optional<Map.Entry<String, NodeStatus>> failed =
          entries.entrySet().stream()
              .filter(entry -> entry.getValue().isFailed())
              .filter(entry -> !"NodeDeleted".equals(entry.getValue().reason()))
              .findFirst();
      if (failed.isPresent()) {
        return Optional.of(
            new Hold(
                "StoppedOnFailure",
                "stopped: node "
                    + failed.get().getKey()
                    + " failed: "
                    + failed.get().getValue().message()));
      }
    }
    var windows = MaintenanceWindows.of(spec.maintenanceWindows());
    if (!windows.isOpen(view.now())) {
      Optional<Instant> next = windows.nextOpening(view.now());
      next.ifPresent(this::wakeAt);
      return Optional.of(
          new Hold(
              "OutsideMaintenanceWindow",
              next.map(at -> "next maintenance window opens at " + Conditions.time(at))
                  .orElse("no maintenance window will ever open")));
    }
    return Optional.empty();
  }

  private void start(NodeFacts node) {
    NodeStatus old = entries.get(node.name());
    NodeStatus.Draft fresh = NodeStatus.fresh(old == null ? 1 : old.attemptNumber());
    NodeStatus started =
        spec.preflight() == null
            ? admitted(node.name(), fresh.done(), node)
            : fresh
                .phase(NodeStatus.PREFLIGHT)
                .step(Step.StartPreflight, now())
                .message("Preflight in progress")
                .done();
    entries.put(node.name(), started);
    advance(node.name());
  }

  // ---- afterwards ----

  /** What a node that is through with a step does not need any more. */
  private void tidyUp(String node) {
    NodeStatus entry = entries.get(node);
    NodeFacts facts = view.nodes().get(node);
    Optional<Step> step = entry.currentStep();
    boolean mine = facts != null && facts.cordonedBy().filter(names.cordon()::equals).isPresent();
    boolean restored =
        NodeStatus.COMPLETED.equals(entry.phase())
            || "DrainFailed".equals(entry.reason())
            || spec.uncordonsFailures();
    if (step.isEmpty() && mine && restored) {
      act(new Uncordon(node));
    }
    boolean preflightOver =
        step.isEmpty() || step.get().compareTo(Step.Preflight) > 0 || step.get() == Step.Queued;
    for (PodFacts pod : podsByNode.getOrDefault(node, List.of())) {
      boolean useless =
          switch (pod.role()) {
            case PREFLIGHT -> preflightOver;
            case REBOOT -> entry.isFailed() && step.isEmpty() && !pod.succeeded();
            case JOB -> false;
          };
      if (useless && !pod.leaving()) {
        act(new DeletePod(node, pod.name()));
      }
    }
  }

  private void expire(NodeOpStatus status) {
    Integer ttl = spec.ttlSecondsAfterFinished();
    if (ttl == null || status.completionTime() == null) {
      return;
    }
    Instant end = Instant.parse(status.completionTime()).plusSeconds(ttl);
    if (view.now().isBefore(end)) {
      wakeAt(end);
    } else {
      act(new DeleteNodeOp(""));
    }
  }

  /** Reduced before they are compared, or what was left out would be a change at every look. */
  private Map<String, NodeStatus> stamped() {
    var stamped = new TreeMap<String, NodeStatus>();
    StatusBudget.fitted(entries)
        .forEach(
            (node, entry) ->
                stamped.put(
                    node, entry.equals(before.get(node)) ? entry : entry.withLastUpdated(now())));
    return StatusBudget.fitted(stamped);
  }

  private void tell() {
    entries.forEach(
        (node, entry) -> {
          NodeStatus old = before.get(node);
          if (old != null
              && old.currentStep().equals(entry.currentStep())
              && entry.isFailed() == old.isFailed()) {
            return;
          }
          if (entry.isFailed() && (old == null || !old.isFailed())) {
            tidings.add(
                new Tiding(node, Severity.WARNING, entry.reason(), "Failed: " + entry.message()));
          } else if (entry.currentStep().isEmpty() && !entry.isFailed()) {
            String reason = entry.isSkipped() ? Tiding.SKIPPED : Tiding.COMPLETED;
            tidings.add(new Tiding(node, Severity.NORMAL, reason, entry.message()));
          } else if (entry.currentStep().isPresent()) {
            tidings.add(tiding(node, entry));
          }
        });
  }

  private static Tiding tiding(String node, NodeStatus entry) {
    Step step = entry.currentStep().orElseThrow();
    String reason =
        switch (step) {
          case Queued -> "Queued";
          case StartPreflight, Preflight -> "Preflight";
          case Cordon -> "Cordoning";
          case Drain -> "Draining";
          case StartJob, Job -> "Running";
          case Reboot -> "Rebooting";
          case HealthGate -> "CheckingHealth";
          case StartRollback, Rollback, RollbackReboot -> "RollingBack";
        };
    String job = entry.jobName() == null ? "" : " (Job " + entry.jobName() + ")";
    return new Tiding(node, Severity.NORMAL, reason, step + job);
  }

  // ---- small things ----

  private void act(NodeOpAction action) {
    actions.add(action);
    wakeAt(view.now().plus(RETRY_STARTS)); // whatever may have gone wrong
  }

  /** Whether the API server itself has said that what is looked for does not exist. */
  private boolean isMissing(String node) {
    return outcomes(node).stream().anyMatch(Outcome.Missing.class::isInstance);
  }

  /** What stands in the way of this node's next action. */
  private Optional<String> trouble(String node) {
    return outcomes(node).stream()
        .map(
            outcome ->
                switch (outcome) {
                  case Outcome.Refused(var action, var message) -> message;
                  case Outcome.Failed(var action, var message) -> message;
                  case Outcome.Missing missing -> "";
                })
        .filter(text -> !text.isEmpty())
        .findFirst();
  }

  private List<Outcome> outcomes(String node) {
    return view.outcomes().getOrDefault(node, List.of());
  }

  private void wakeAt(Instant time) {
    if (time.isBefore(wake)) {
      wake = time;
    }
  }

  private String now() {
    return Conditions.time(view.now());
  }

  private static Optional<NodeStatus> messageOf(NodeStatus entry, String message) {
    return message.equals(entry.message())
        ? Optional.empty()
        : Optional.of(entry.draft().message(message).done());
  }

  /** Pods of before these names were fixed, and of upstream's operator, count for the first try. */
  private Optional<PodFacts> preflightPod(String node, NodeStatus entry) {
    Optional<PodFacts> ours =
        pod(node, Role.PREFLIGHT, names.preflightPod(node, entry.attemptNumber()));
    return entry.attemptNumber() > 1 ? ours : ours.or(() -> anyPod(node, Role.PREFLIGHT));
  }

  private Optional<PodFacts> rebootPod(String node, NodeStatus entry) {
    Optional<PodFacts> ours = pod(node, Role.REBOOT, names.rebootPod(node, entry.jobName()));
    return entry.attemptNumber() > 1 ? ours : ours.or(() -> anyPod(node, Role.REBOOT));
  }

  private Optional<PodFacts> anyPod(String node, Role role) {
    return podsByNode.getOrDefault(node, List.of()).stream()
        .filter(pod -> pod.role() == role && !pod.leaving())
        .findFirst();
  }

  private Optional<PodFacts> pod(String node, Role role, String name) {
    return podsByNode.getOrDefault(node, List.of()).stream()
        .filter(pod -> pod.role() == role && pod.name().equals(name))
        .findFirst();
  }

  private static String message(PodFacts pod, String container) {
    var ended = pod.ended().get(container);
    return ended == null ? "" : ended.message();
  }

  private static Optional<String> line(String text, String key) {
    return text.lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static String shortened(String text) {
    return text.length() <= 256 ? text : text.substring(0, 256);
  }

  private static String some(List<String> names) {
    int shown = Math.min(3, names.size());
    String list = String.join(", ", names.subList(0, shown));
    return names.size() > shown ? list + " and " + (names.size() - shown) + " more" : list;
  }
}
