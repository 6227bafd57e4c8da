package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.kairos.operator.Names;
import io.kairos.operator.WaitingContainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What matters of a pod that a NodeOp has made.
 *
 * @param job the Job it belongs to, if it does
 * @param phase "Pending", "Running", "Succeeded", "Failed" or "Unknown"
 * @param ended containers that have ended, by name
 * @param stuck why a container does not start, if that needs somebody's help
 */
public record PodFacts(
    String name,
    Role role,
    String node,
    Optional<String> job,
    String phase,
    String reason,
    boolean saysRebooted,
    Map<String, Ended> ended,
    Optional<String> stuck,
    boolean leaving) {
  /** What a pod is for. */
  public enum Role {
    PREFLIGHT,
    REBOOT,
    JOB
  }

  /** How a container ended. */
  public record Ended(int exitCode, String reason, String message) {
    static Ended of(ContainerStateTerminated state) {
      return new Ended(
          state.getExitCode() == null ? 0 : state.getExitCode(),
          state.getReason() == null ? "" : state.getReason(),
          state.getMessage() == null ? "" : state.getMessage().strip());
    }
  }

  private static final String JOB_LABEL = "batch.kubernetes.io/job-name";

  public static PodFacts of(Pod pod) {
    var meta = pod.getMetadata();
    Map<String, String> labels = meta.getLabels() == null ? Map.of() : meta.getLabels();
    Map<String, String> annotations =
        meta.getAnnotations() == null ? Map.of() : meta.getAnnotations();
    Role role =
        labels.containsKey(Names.REBOOT_LABEL)
            ? Role.REBOOT
            : labels.containsKey(Names.PREFLIGHT_LABEL) ? Role.PREFLIGHT : Role.JOB;
    String node =
        annotations.getOrDefault(
            Names.NODE_NAME_ANNOTATION, labels.getOrDefault(Names.NODE_LABEL, ""));
    var status = pod.getStatus();
    var containers = new ArrayList<ContainerStatus>();
    if (status != null) {
      containers.addAll(status.getInitContainerStatuses());
      containers.addAll(status.getContainerStatuses());
    }
    return new PodFacts(
        meta.getName(),
        role,
        node,
        Optional.ofNullable(labels.get(JOB_LABEL)),
        status == null || status.getPhase() == null ? "Pending" : status.getPhase(),
        status == null || status.getReason() == null ? "" : status.getReason(),
        "completed".equals(annotations.get(Names.REBOOT_STATE_ANNOTATION)),
        ended(containers),
        stuck(containers),
        meta.getDeletionTimestamp() != null);
  }

  boolean succeeded() {
    return phase.equals("Succeeded");
  }

  boolean failed() {
    return phase.equals("Failed");
  }

  private static Map<String, Ended> ended(List<ContainerStatus> containers) {
    var ended = new LinkedHashMap<String, Ended>();
    for (ContainerStatus container : containers) {
      var state = container.getState();
      var last = container.getLastState();
      if (state != null && state.getTerminated() != null) {
        ended.put(container.getName(), Ended.of(state.getTerminated()));
      } else if (last != null && last.getTerminated() != null) {
        ended.put(container.getName(), Ended.of(last.getTerminated()));
      }
    }
    return ended;
  }

  private static Optional<String> stuck(List<ContainerStatus> containers) {
    return containers.stream()
        .map(WaitingContainer::of)
        .flatMap(Optional::stream)
        .map(waiting -> "container " + waiting.name() + ": " + waiting.reason())
        .findFirst();
  }
}
