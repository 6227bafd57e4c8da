package io.kairos.operator.nodeop;

import io.kairos.operator.Conditions;
import io.kairos.operator.Names;
import io.kairos.operator.nodeop.NodeOpStatus.Counts;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the statuses of the nodes mean for the whole NodeOp. */
final class NodeOpSummary {
  private static final String RUNNING = "Running";
  private static final String COMPLETED = "Completed";
  private static final String FAILED = "Failed";

  private NodeOpSummary() {}

  /**
   * @param hold reason and message why no further node is started, if so
   */
  static NodeOpStatus of(
      NodeOpView view,
      Map<String, NodeStatus> entries,
      List<NodeFacts> targets,
      Optional<String> invalid,
      Optional<Map.Entry<String, String>> hold) {
    NodeOpStatus old = view.nodeOp().statusOrEmpty();
    Counts counts = counts(entries, targets);
    boolean stopped = hold.filter(why -> why.getKey().equals("StoppedOnFailure")).isPresent();
    boolean finished =
        counts.inProgress() == 0 && (counts.pending() == 0 || stopped || invalid.isPresent());
    String phase = phase(counts, entries, invalid.isPresent());
    String now = Conditions.time(view.now());
    String message = message(counts, invalid, hold);
    return new NodeOpStatus(
        phase,
        entries.isEmpty() && old.nodeStatuses() == null ? null : entries,
        old.lastUpdated(),
        view.nodeOp().getMetadata().getGeneration(),
        conditions(view, counts, invalid, hold, finished, message).all(),
        counts,
        message,
        old.startTime() == null ? now : old.startTime(),
        finished ? Optional.ofNullable(old.completionTime()).orElse(now) : null,
        retried(view, invalid));
  }

  private static String retried(NodeOpView view, Optional<String> invalid) {
    var annotations = view.nodeOp().getMetadata().getAnnotations();
    String asked = annotations == null ? null : annotations.get(Names.RETRY_ANNOTATION);
    return asked == null || invalid.isPresent() ? view.nodeOp().statusOrEmpty().retried() : asked;
  }

  private static Counts counts(Map<String, NodeStatus> entries, List<NodeFacts> targets) {
    int inProgress = 0;
    int succeeded = 0;
    int skipped = 0;
    int failed = 0;
    int queued = 0;
    for (NodeStatus entry : entries.values()) {
      if (entry.isInFlight()) {
        inProgress++;
      } else if (entry.isFailed()) {
        failed++;
      } else if (entry.currentStep().isPresent()) {
        queued++;
      } else if (entry.isSkipped()) {
        skipped++;
      } else {
        succeeded++;
      }
    }
    int fresh = (int) targets.stream().filter(node -> !entries.containsKey(node.name())).count();
    return new Counts(
        entries.size() + fresh, fresh + queued, inProgress, succeeded, skipped, failed);
  }

  /** A node that is being rolled back has failed already. */
  private static String phase(Counts counts, Map<String, NodeStatus> entries, boolean invalid) {
    if (invalid || entries.values().stream().anyMatch(NodeStatus::isFailed)) {
      return FAILED;
    }
    return counts.inProgress() == 0 && counts.pending() == 0 ? COMPLETED : RUNNING;
  }

  private static String message(
      Counts counts, Optional<String> invalid, Optional<Map.Entry<String, String>> hold) {
    if (invalid.isPresent()) {
      return invalid.get();
    }
    if (counts.total() == 0) {
      return "no node matches spec.nodeSelector";
    }
    String progress =
        counts.done() + " of " + counts.total() + " nodes done, " + counts.failed() + " failed";
    return hold.map(why -> progress + "; " + why.getValue()).orElse(progress);
  }

  private static Conditions conditions(
      NodeOpView view,
      Counts counts,
      Optional<String> invalid,
      Optional<Map.Entry<String, String>> hold,
      boolean finished,
      String message) {
    Long generation = view.nodeOp().getMetadata().getGeneration();
    var now = view.now();
    boolean paused = view.nodeOp().specOrEmpty().holdsStarts();
    String holding = hold.map(Map.Entry::getKey).orElse(RUNNING);
    boolean complete = finished && counts.failed() == 0 && invalid.isEmpty();
    return Conditions.of(view.nodeOp().statusOrEmpty().conditions())
        .with(
            "Accepted",
            invalid.isEmpty(),
            invalid.isEmpty() ? "Valid" : "InvalidSpec",
            invalid.orElse("the spec makes sense"),
            generation,
            now)
        .with(
            "Progressing",
            !finished,
            finished ? "Finished" : counts.inProgress() > 0 ? RUNNING : holding,
            message,
            generation,
            now)
        .with(
            "Complete",
            complete,
            complete ? (counts.total() == 0 ? "NoNodes" : "AllNodesDone") : "NodesLeft",
            message,
            generation,
            now)
        .with(
            "Degraded",
            counts.failed() > 0,
            counts.failed() > 0 ? "NodesFailed" : "NoFailure",
            counts.failed() + " nodes failed",
            generation,
            now)
        .with(
            "Paused",
            paused,
            paused ? "SpecPaused" : "NotPaused",
            paused ? "no further node is started" : "nodes are started as they may be",
            generation,
            now);
  }
}
