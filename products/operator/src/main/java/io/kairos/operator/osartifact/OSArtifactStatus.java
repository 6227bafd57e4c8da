package io.kairos.operator.osartifact;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a build.
 *
 * @param observedGeneration of the spec that this tells of; 0 before the first look
 * @param attempt of the builder pod, from 1; 0 before the first
 * @param progress steps that have ended, of all, as {@code 3/5}
 * @param cleanupTime when all but the object was deleted
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record OSArtifactStatus(
    Phase phase,
    String message,
    long observedGeneration,
    int attempt,
    String builderPod,
    String progress,
    Optional<Instant> startTime,
    Optional<Instant> completionTime,
    Optional<Instant> cleanupTime,
    List<Step> steps,
    List<Artifact> artifacts,
    List<Condition> conditions) {
  static final OSArtifactStatus NONE = JsonTree.read(Map.of(), OSArtifactStatus.class);

  @SuppressWarnings("OptionalAssignedToNull") // what Jackson passes for an absent key
  public OSArtifactStatus {
    phase = phase == null ? Phase.PENDING : phase;
    message = message == null ? "" : message;
    builderPod = builderPod == null ? "" : builderPod;
    progress = progress == null ? "" : progress;
    startTime = startTime == null ? Optional.empty() : startTime;
    completionTime = completionTime == null ? Optional.empty() : completionTime;
    cleanupTime = cleanupTime == null ? Optional.empty() : cleanupTime;
    steps = steps == null ? List.of() : List.copyOf(steps);
    artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Of an object that nobody has looked at, too. */
  public static OSArtifactStatus read(JsonNode stored) {
    return stored == null || stored.isNull()
        ? NONE
        : JsonTree.read(JsonTree.map(stored), OSArtifactStatus.class);
  }

  /** As a merge patch: what is absent now is removed. */
  static Map<String, Object> patch(OSArtifactStatus status) {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (RecordComponent each : OSArtifactStatus.class.getRecordComponents()) {
      tree.put(each.getName(), null);
    }
    tree.putAll(JsonTree.map(JsonTree.node(status)));
    return tree;
  }

  /** Where a build is; clients of upstream read these words. */
  public enum Phase {
    @JsonProperty("Pending")
    PENDING,
    @JsonProperty("Building")
    BUILDING,
    @JsonProperty("Exporting")
    EXPORTING,
    @JsonProperty("Ready")
    READY,
    @JsonProperty("Error")
    ERROR;

    /** As the object says it. */
    public String word() {
      return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    public boolean isFinal() {
      return this == READY || this == ERROR;
    }
  }

  /**
   * One container of the builder pod.
   *
   * @param state Waiting, Running, Finished or Failed
   * @param inputs digest of all that the result depends on
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Step(
      String name,
      String state,
      Optional<Instant> startedAt,
      Optional<Instant> finishedAt,
      String inputs,
      String message) {
    public static final String WAITING = "Waiting";
    public static final String RUNNING = "Running";
    public static final String FINISHED = "Finished";
    public static final String FAILED = "Failed";

    @SuppressWarnings("OptionalAssignedToNull") // what Jackson passes for an absent key
    public Step {
      startedAt = startedAt == null ? Optional.empty() : startedAt;
      finishedAt = finishedAt == null ? Optional.empty() : finishedAt;
      inputs = inputs == null ? "" : inputs;
      message = message == null ? "" : message;
    }

    boolean isFinished() {
      return state.equals(FINISHED);
    }
  }

  /**
   * A file in the volume of the artifacts.
   *
   * @param size octets
   * @param sha256 in hex
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Artifact(String kind, String file, Optional<Long> size, String sha256) {}
}
