package io.kairos.operator.rollout;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kairos.operator.Conditions;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.nodeop.NodeOpStatus.Counts;
import io.kairos.operator.nodeop.NodeStatus;
import io.kairos.operator.nodeop.NodeStatus.Step;
import io.kairos.operator.nodeop.StatusOfNodes;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.osartifact.OSArtifactStatus;
import io.kairos.operator.upgrade.NodeOpUpgrade;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a rollout or a build looks like at one moment.
 *
 * @param phase as the object says it; empty before anybody has looked at it
 * @param message where it is and what it waits for, one sentence
 * @param done parts that nothing more happens to, of {@code total}
 * @param isHeld whether it waits for somebody or something, so that no time can be told
 * @param spent from its beginning to the end of the part that ended last; of the operator's clock
 * @param parts nodes that were begun by name, or steps in the order of the build
 * @param files that a build has made
 */
public record RolloutReport(
    RolloutKind kind,
    String namespace,
    String name,
    String phase,
    String message,
    State state,
    int done,
    int total,
    boolean isHeld,
    Optional<Duration> spent,
    List<Part> parts,
    List<File> files) {

  /** Whether anything will still happen, and how it ended. */
  public enum State {
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  /** Where a part is. */
  public enum Stage {
    WAITING,
    WORKING,
    DONE,
    FAILED
  }

  /**
   * A node, or a step of a build.
   *
   * @param word its step or phase, as the object says it
   * @param attempt from 1
   * @param reason one word in CamelCase for what is not plain success; may be empty
   * @param message may be empty, and may have several lines where a program has written it
   * @param took of a step that has ended, by its node's clock
   */
  public record Part(
      String name,
      Stage stage,
      String word,
      int attempt,
      String reason,
      String message,
      Optional<String> fromVersion,
      Optional<String> toVersion,
      Optional<Duration> took) {}

  /**
   * A file in the volume of a build.
   *
   * @param kind of artifact, as the spec calls it
   * @param size octets
   * @param sha256 in hex
   */
  public record File(String kind, String file, Optional<Long> size, String sha256) {}

  private static final String PROGRESSING = "Progressing";
  private static final String UNSEEN =
      "no operator has looked at it yet; kubectl get pods --namespace=operator-system shows"
          + " whether one runs";

  public RolloutReport {
    parts = List.copyOf(parts);
    files = List.copyOf(files);
  }

  public boolean isFinished() {
    return state != State.RUNNING;
  }

  static RolloutReport of(HasMetadata object) {
    return switch (object) {
      case NodeOpUpgrade upgrade ->
          ofNodes(RolloutKind.UPGRADE, upgrade, Optional.ofNullable(upgrade.getStatus()));
      case NodeOp nodeOp ->
          ofNodes(RolloutKind.NODE_OP, nodeOp, Optional.ofNullable(nodeOp.getStatus()));
      case OSArtifact artifact -> of(artifact);
      default -> throw new IllegalArgumentException(object.getKind() + " cannot be followed");
    };
  }

  private static RolloutReport ofNodes(
      RolloutKind kind, HasMetadata object, Optional<? extends StatusOfNodes> status) {
    return status.map(known -> ofNodes(kind, object, known)).orElseGet(() -> unseen(kind, object));
  }

  private static RolloutReport unseen(RolloutKind kind, HasMetadata object) {
    var meta = object.getMetadata();
    return new RolloutReport(
        kind,
        meta.getNamespace(),
        meta.getName(),
        "",
        UNSEEN,
        State.RUNNING,
        0,
        0,
        true,
        Optional.empty(),
        List.of(),
        List.of());
  }

  private static RolloutReport ofNodes(RolloutKind kind, HasMetadata object, StatusOfNodes status) {
    var meta = object.getMetadata();
    String phase = orEmpty(status.phase());
    Conditions conditions = Conditions.of(status.conditions());
    Optional<Condition> progressing = conditions.find(PROGRESSING);
    var entries =
        new TreeMap<>(
            status.nodeStatuses() == null ? Map.<String, NodeStatus>of() : status.nodeStatuses());
    Counts counts = status.counts();
    boolean isCurrent = isCurrent(status.observedGeneration(), meta.getGeneration());
    boolean isOver =
        progressing
            .map(condition -> condition.getStatus().equals("False"))
            .orElse(phase.equals("Completed") || phase.equals("Failed")); // upstream has no more
    State state =
        !isOver || !isCurrent
            ? State.RUNNING
            : phase.equals("Failed") ? State.FAILED : State.SUCCEEDED;
    int ended =
        (int) entries.values().stream().filter(entry -> entry.currentStep().isEmpty()).count();
    boolean isHeld =
        (counts != null && counts.inProgress() == 0)
            && progressing.map(now -> !"Running".equals(now.getReason())).orElse(true);
    return new RolloutReport(
        kind,
        meta.getNamespace(),
        meta.getName(),
        phase,
        progressing
            .map(Condition::getMessage)
            .filter(text -> !text.isEmpty())
            .orElse(status.message() == null ? "" : status.message()),
        state,
        counts == null ? ended : counts.total() - counts.pending() - counts.inProgress(),
        counts == null ? entries.size() : counts.total(),
        isHeld,
        spent(progressing, entries),
        entries.entrySet().stream().map(entry -> part(entry.getKey(), entry.getValue())).toList(),
        List.of());
  }

  /** An operator that does not say what it has seen is believed. */
  private static boolean isCurrent(Long observed, Long generation) {
    return observed == null || observed == 0 || generation == null || observed >= generation;
  }

  private static Optional<Duration> spent(
      Optional<Condition> progressing, Map<String, NodeStatus> entries) {
    Optional<Instant> start = progressing.map(Condition::getLastTransitionTime).map(Instant::parse);
    Optional<Instant> last =
        entries.values().stream()
            .filter(entry -> entry.currentStep().isEmpty() && entry.lastUpdated() != null)
            .map(entry -> Instant.parse(entry.lastUpdated()))
            .max(Instant::compareTo);
    return start.isEmpty() || last.isEmpty() || last.get().isBefore(start.get())
        ? Optional.empty()
        : Optional.of(Duration.between(start.get(), last.get()));
  }

  private static Part part(String name, NodeStatus entry) {
    Optional<Step> step = entry.currentStep();
    Stage stage =
        step.isPresent()
            ? entry.isInFlight() ? Stage.WORKING : Stage.WAITING
            : entry.isFailed() ? Stage.FAILED : Stage.DONE;
    return new Part(
        name,
        stage,
        step.map(Step::name).orElse(orEmpty(entry.phase())),
        entry.attemptNumber(),
        orEmpty(entry.reason()),
        orEmpty(entry.message()),
        Optional.ofNullable(entry.fromVersion()),
        Optional.ofNullable(entry.toVersion()),
        Optional.empty());
  }

  private static RolloutReport of(OSArtifact artifact) {
    var meta = artifact.getMetadata();
    OSArtifactStatus status = OSArtifactStatus.read(artifact.getStatus());
    if (status.observedGeneration() == 0 && !status.phase().isFinal()) {
      return unseen(RolloutKind.ARTIFACT, artifact);
    }
    Conditions conditions = Conditions.of(status.conditions());
    Optional<Condition> progressing = conditions.find(PROGRESSING);
    boolean isOver =
        status.phase().isFinal() && isCurrent(status.observedGeneration(), meta.getGeneration());
    State state =
        !isOver
            ? State.RUNNING
            : status.phase() == OSArtifactStatus.Phase.READY ? State.SUCCEEDED : State.FAILED;
    boolean isHeld =
        status.phase() != OSArtifactStatus.Phase.BUILDING || conditions.isTrue("Degraded");
    var parts = new ArrayList<Part>();
    status.steps().forEach(step -> parts.add(part(step, status.attempt())));
    int done = (int) parts.stream().filter(part -> part.stage() == Stage.DONE).count();
    String told = status.message().isEmpty() ? message(progressing) : status.message();
    String steps = parts.isEmpty() ? "" : done + " of " + parts.size() + " steps done";
    return new RolloutReport(
        RolloutKind.ARTIFACT,
        meta.getNamespace(),
        meta.getName(),
        status.phase().word(),
        steps.isEmpty() || told.isEmpty() ? steps + told : steps + "; " + told,
        state,
        done,
        parts.size(),
        isHeld,
        Optional.empty(),
        parts,
        status.artifacts().stream()
            .map(file -> new File(file.kind(), file.file(), file.size(), file.sha256()))
            .toList());
  }

  private static String message(Optional<Condition> condition) {
    return condition.map(Condition::getMessage).orElse("");
  }

  private static Part part(OSArtifactStatus.Step step, int attempt) {
    Stage stage =
        switch (step.state()) {
          case OSArtifactStatus.Step.RUNNING -> Stage.WORKING;
          case OSArtifactStatus.Step.FINISHED -> Stage.DONE;
          case OSArtifactStatus.Step.FAILED -> Stage.FAILED;
          default -> Stage.WAITING;
        };
    return new Part(
        step.name(),
        stage,
        step.state(),
        Math.max(1, attempt),
        "",
        step.message(),
        Optional.empty(),
        Optional.empty(),
        step.startedAt()
            .flatMap(start -> step.finishedAt().map(end -> Duration.between(start, end)))
            .filter(took -> !took.isNegative()));
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
