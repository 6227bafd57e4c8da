package io.kairos.operator.nodeop;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/**
 * Where one node stands. The first five fields are upstream's; the rest is absent once it says
 * nothing more, because five thousand of these have to fit one object.
 *
 * @param phase "Preflight", "Pending", "Running", "Completed" or "Failed"
 * @param step what is being done now; null when the node is finished
 * @param since when that step began
 * @param attempt null for the first
 * @param reason one word in CamelCase for what is not plain success
 * @param bootID the node's boot before its reboot
 * @param toVersion what the command said that it installs
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeStatus(
    String phase,
    String jobName,
    String message,
    String rebootStatus,
    String lastUpdated,
    Step step,
    String since,
    Integer attempt,
    String reason,
    String bootID,
    String fromVersion,
    String toVersion,
    String bootState) {

  public static final String PREFLIGHT = "Preflight";
  public static final String PENDING = "Pending";
  public static final String RUNNING = "Running";
  public static final String COMPLETED = "Completed";
  public static final String FAILED = "Failed";

  public static final String REBOOT_NOT_REQUESTED = "not-requested";
  public static final String REBOOT_PENDING = "pending";
  public static final String REBOOT_COMPLETED = "completed";
  public static final String REBOOT_CANCELLED = "cancelled";

  /** The way of a node, in this order; what does not apply is passed over. */
  public enum Step {
    /** To be tried again; holds no slot. */
    Queued,
    StartPreflight,
    Preflight,
    /** The reboot pod is made ready and the node takes no new pods. */
    Cordon,
    Drain,
    StartJob,
    Job,
    Reboot,
    HealthGate,
    StartRollback,
    Rollback,
    RollbackReboot
  }

  @JsonIgnore
  public boolean isFailed() {
    return FAILED.equals(phase);
  }

  @JsonIgnore
  boolean isSkipped() {
    return COMPLETED.equals(phase) && (jobName == null || jobName.isEmpty());
  }

  public int attemptNumber() {
    return attempt == null ? 1 : attempt;
  }

  /**
   * The step; for what upstream's operator has written, the one that follows from its phase. Empty
   * when the node is finished.
   */
  public Optional<Step> currentStep() {
    if (step != null) {
      return Optional.of(step);
    }
    if (phase == null) {
      return Optional.of(Step.Queued);
    }
    return switch (phase) {
      case PREFLIGHT -> Optional.of(Step.Preflight);
      case PENDING, RUNNING -> Optional.of(Step.Job);
      case COMPLETED ->
          REBOOT_PENDING.equals(rebootStatus) ? Optional.of(Step.Reboot) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Whether this node holds one of the slots of {@code concurrency}. */
  @JsonIgnore
  public boolean isInFlight() {
    return currentStep().filter(now -> now != Step.Queued).isPresent();
  }

  NodeStatus withLastUpdated(String time) {
    return draft().lastUpdated(time).done();
  }

  Draft draft() {
    return new Draft(this);
  }

  static Draft fresh(int attempt) {
    return new Draft(
        new NodeStatus(
            PENDING,
            null,
            null,
            REBOOT_NOT_REQUESTED,
            null,
            null,
            null,
            attempt > 1 ? attempt : null,
            null,
            null,
            null,
            null,
            null));
  }

  /** A status in the making. */
  static final class Draft {
    private String phase;
    private String jobName;
    private String message;
    private String rebootStatus;
    private String lastUpdated;
    private Step step;
    private String since;
    private final Integer attempt;
    private String reason;
    private String bootID;
    private String fromVersion;
    private String toVersion;
    private String bootState;

    private Draft(NodeStatus from) {
      phase = from.phase;
      jobName = from.jobName;
      message = from.message;
      rebootStatus = from.rebootStatus;
      lastUpdated = from.lastUpdated;
      step = from.step;
      since = from.since;
      attempt = from.attempt;
      reason = from.reason;
      bootID = from.bootID;
      fromVersion = from.fromVersion;
      toVersion = from.toVersion;
      bootState = from.bootState;
    }

    Draft phase(String value) {
      phase = value;
      return this;
    }

    Draft jobName(String value) {
      jobName = value;
      return this;
    }

    Draft message(String value) {
      message = value;
      return this;
    }

    Draft rebootStatus(String value) {
      rebootStatus = value;
      return this;
    }

    Draft lastUpdated(String value) {
      lastUpdated = value;
      return this;
    }

    Draft step(Step value, String at) {
      step = value;
      since = at;
      return this;
    }

    Draft reason(String value) {
      reason = value;
      return this;
    }

    Draft bootID(String value) {
      bootID = value;
      return this;
    }

    Draft versions(String from, String to) {
      fromVersion = from;
      toVersion = to;
      return this;
    }

    Draft bootState(String value) {
      bootState = value;
      return this;
    }

    /** Nothing more happens to this node: what only the way needed is forgotten. */
    Draft finished() {
      step = null;
      since = null;
      bootID = null;
      return this;
    }

    NodeStatus done() {
      return new NodeStatus(
          phase,
          jobName,
          message,
          rebootStatus,
          lastUpdated,
          step,
          since,
          attempt,
          reason,
          bootID,
          fromVersion,
          toVersion,
          bootState);
    }
  }
}
