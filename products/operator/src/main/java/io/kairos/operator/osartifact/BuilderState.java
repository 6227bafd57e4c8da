package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import io.kairos.operator.WaitingContainer;
import io.kairos.operator.osartifact.OSArtifactStatus.Artifact;
import io.kairos.operator.osartifact.OSArtifactStatus.Step;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a builder pod says about itself.
 *
 * @param steps in the order of the pod's containers
 * @param artifacts that its steps reported
 * @param message what it waits for, or why it ended badly; empty when all is well
 */
record BuilderState(Outcome outcome, List<Step> steps, List<Artifact> artifacts, String message) {
  /** Where a pod is. */
  enum Outcome {
    /** Something is in the way that may go away: no node, an image that cannot be pulled. */
    HELD_UP,
    WORKING,
    SUCCEEDED,
    FAILED,
    /** Ended by no fault of its own: its node is gone, or it was evicted. */
    LOST,
    TIMED_OUT
  }

  private static final System.Logger LOG = System.getLogger(BuilderState.class.getName());

  /** Of the log of a container that failed. */
  private static final int TAIL = 2048;

  private static final String TIMED_OUT_REASON = "DeadlineExceeded";

  /** Reasons of pods that the kubelet or a controller ended. */
  private static final Set<String> LOST_REASONS =
      Set.of(
          "Evicted",
          "NodeLost",
          "NodeShutdown",
          "Terminated",
          "Preempting",
          "NodeAffinity",
          "OutOfcpu",
          "OutOfmemory",
          "OutOfpods",
          "UnexpectedAdmissionError");

  BuilderState {
    steps = List.copyOf(steps);
    artifacts = List.copyOf(artifacts);
  }

  /** How much of a pod's work has ended: {@code 3/5}. */
  static String progress(List<Step> steps) {
    return steps.stream().filter(Step::isFinished).count() + "/" + steps.size();
  }

  static BuilderState of(Pod pod) {
    PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    List<Step> steps = new ArrayList<>();
    List<Artifact> artifacts = new ArrayList<>();
    for (Container container : containers(pod)) {
      Optional<ContainerStatus> told = statusOf(container.getName(), status);
      steps.add(step(container.getName(), told));
      told.flatMap(BuilderState::terminated)
          .filter(end -> end.getExitCode() == 0)
          .ifPresent(end -> artifacts.addAll(report(container.getName(), end.getMessage())));
    }
    String phase = status.getPhase() == null ? "" : status.getPhase();
    return switch (phase) {
      case "Succeeded" -> new BuilderState(Outcome.SUCCEEDED, steps, artifacts, "");
      case "Failed" -> failed(pod, status, steps, artifacts);
      default -> {
        String problem = problem(pod, status);
        yield new BuilderState(
            problem.isEmpty() ? Outcome.WORKING : Outcome.HELD_UP, steps, artifacts, problem);
      }
    };
  }

  static List<Container> containers(Pod pod) {
    return Stream.concat(
            pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
        .toList();
  }

  private static Optional<ContainerStatus> statusOf(String name, PodStatus status) {
    return Stream.concat(
            status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream())
        .filter(each -> each.getName().equals(name))
        .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(ContainerStatus status) {
    return Optional.ofNullable(status.getState()).map(state -> state.getTerminated());
  }

  private static Step step(String name, Optional<ContainerStatus> told) {
    Optional<ContainerStateTerminated> end = told.flatMap(BuilderState::terminated);
    if (end.isPresent()) {
      boolean isGood = end.get().getExitCode() == 0;
      return new Step(
          name,
          isGood ? Step.FINISHED : Step.FAILED,
          time(end.get().getStartedAt()),
          time(end.get().getFinishedAt()),
          "",
          isGood ? "" : failure(end.get()));
    }
    Optional<Instant> running =
        told.map(ContainerStatus::getState)
            .map(state -> state.getRunning())
            .flatMap(state -> time(state.getStartedAt()));
    return new Step(
        name, running.isPresent() ? Step.RUNNING : Step.WAITING, running, Optional.empty(), "", "");
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException e) {
      LOG.log(Level.WARNING, "not a time: {0}", text);
      return Optional.empty();
    }
  }

  private static BuilderState failed(
      Pod pod, PodStatus status, List<Step> steps, List<Artifact> artifacts) {
    String reason = text(status.getReason());
    if (reason.equals(TIMED_OUT_REASON)) {
      return new BuilderState(Outcome.TIMED_OUT, steps, artifacts, text(status.getMessage()));
    }
    boolean isDisrupted =
        status.getConditions().stream()
            .anyMatch(
                each ->
                    each.getType().equals("DisruptionTarget") && each.getStatus().equals("True"));
    if (LOST_REASONS.contains(reason) || isDisrupted) {
      return new BuilderState(
          Outcome.LOST,
          steps,
          artifacts,
          Stream.of(reason, text(status.getMessage()))
              .filter(each -> !each.isEmpty())
              .reduce((a, b) -> a + ": " + b)
              .orElse("the pod was disrupted"));
    }
    String why =
        steps.stream()
            .filter(each -> each.state().equals(Step.FAILED))
            .findFirst()
            .map(each -> each.name() + " failed: " + each.message())
            .orElseGet(
                () ->
                    "pod "
                        + pod.getMetadata().getName()
                        + " failed"
                        + (reason.isEmpty()
                            ? ""
                            : ": " + reason + " " + text(status.getMessage())));
    return new BuilderState(Outcome.FAILED, steps, artifacts, why);
  }

  private static String failure(ContainerStateTerminated end) {
    String told = tail(text(end.getMessage()).strip());
    String code =
        end.getSignal() != null && end.getSignal() != 0
            ? "signal " + end.getSignal()
            : "exit code " + end.getExitCode();
    String reason =
        text(end.getReason()).isEmpty() || end.getReason().equals("Error")
            ? ""
            : " (" + end.getReason() + ")";
    return code + reason + (told.isEmpty() ? "" : ": " + told);
  }

  /** The end of a text, cut at a character. */
  static String tail(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    if (octets.length <= TAIL) {
      return text;
    }
    int from = octets.length - TAIL;
    while (from < octets.length && (octets[from] & 0xC0) == 0x80) {
      from++;
    }
    return new String(Arrays.copyOfRange(octets, from, octets.length), StandardCharsets.UTF_8);
  }

  private static String problem(Pod pod, PodStatus status) {
    Optional<String> unscheduled =
        status.getConditions().stream()
            .filter(each -> each.getType().equals("PodScheduled") && isFalse(each))
            .findFirst()
            .map(each -> "no node for the builder pod: " + text(each.getMessage()));
    if (unscheduled.isPresent()) {
      return unscheduled.get();
    }
    for (Container container : containers(pod)) {
      Optional<String> wait =
          statusOf(container.getName(), status)
              .flatMap(WaitingContainer::of)
              .map(
                  waiting ->
                      waiting.name()
                          + ": "
                          + waiting.reason()
                          + " ("
                          + container.getImage()
                          + ")"
                          + (waiting.message().isEmpty() ? "" : ": " + waiting.message()));
      if (wait.isPresent()) {
        return tail(wait.get());
      }
    }
    return "";
  }

  private static boolean isFalse(PodCondition condition) {
    return "False".equals(condition.getStatus());
  }

  private static List<Artifact> report(String step, String message) {
    List<Artifact> files = new ArrayList<>();
    for (String line : text(message).lines().filter(each -> each.startsWith("{")).toList()) {
      try {
        if (Json.parse(step, line) instanceof Map<?, ?> told
            && told.get("file") instanceof String file
            && told.get("sha256") instanceof String sha256) {
          Optional<Long> size =
              told.get("size") instanceof Number number
                  ? Optional.of(number.longValue())
                  : Optional.empty();
          files.add(new Artifact(kindOf(step), file, size, sha256));
        }
      } catch (InvalidConfig e) {
        LOG.log(Level.WARNING, "{0} reported what is no JSON: {1}", step, line);
      }
    }
    return files;
  }

  private static String kindOf(String step) {
    return switch (step) {
      case "build-iso" -> ArtifactKind.ISO.key();
      case "build-netboot" -> ArtifactKind.NETBOOT.key();
      case "build-cloud-image" -> ArtifactKind.CLOUD_IMAGE.key();
      case "build-azure-cloud-image" -> ArtifactKind.AZURE_IMAGE.key();
      case "build-gce-cloud-image" -> ArtifactKind.GCE_IMAGE.key();
      default -> step.startsWith("build-uki") ? ArtifactKind.UKI.key() : "image";
    };
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }
}
