package io.kairos.operator.nodeop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.time.Duration;
import java.util.List;

/**
 * What the user wants done, as it was written: what is absent is null. The meaning of each field is
 * in the schema, where {@code kubectl explain} shows it.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeOpSpec(
    LabelSelector nodeSelector,
    List<String> command,
    String hostMountPath,
    String image,
    List<LocalObjectReference> imagePullSecrets,
    Boolean cordon,
    Boolean uncordonOnFailure,
    DrainOptions drainOptions,
    Boolean rebootOnSuccess,
    Integer backoffLimit,
    Integer concurrency,
    Boolean stopOnFailure,
    Preflight preflight,
    Boolean paused,
    Integer retries,
    IntOrString maxUnavailable,
    String controlPlaneOrder,
    Boolean controlPlaneGuard,
    String topologyKey,
    List<MaintenanceWindow> maintenanceWindows,
    Integer rebootTimeoutSeconds,
    HealthGate healthGate,
    Integer ttlSecondsAfterFinished,
    SecurityContext securityContext,
    ResourceRequirements resources,
    ResourceRequirements preflightResources,
    ResourceRequirements rebootResources) {

  static final NodeOpSpec EMPTY =
      new NodeOpSpec(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null, null, null, null, null, null, null, null, null);

  /** How pods leave a node before the command runs. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DrainOptions(
      Boolean enabled,
      Boolean force,
      Integer gracePeriodSeconds,
      Boolean ignoreDaemonSets,
      Boolean deleteEmptyDirData,
      Integer timeoutSeconds) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(15);

    /** Without one, or one that is not positive: 15 minutes. */
    Duration timeout() {
      return timeoutSeconds == null || timeoutSeconds <= 0
          ? DEFAULT_TIMEOUT
          : Duration.ofSeconds(timeoutSeconds);
    }

    boolean keepsDaemonSets() {
      return !Boolean.FALSE.equals(ignoreDaemonSets);
    }

    boolean takesBarePods() {
      return isTrue(force);
    }

    boolean dropsEmptyDirs() {
      return isTrue(deleteEmptyDirData);
    }
  }

  /** A look at a node before anything is done to it. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Preflight(List<String> command, String image, Integer activeDeadlineSeconds) {}

  /** A time at which nodes may be started. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record MaintenanceWindow(String schedule, String duration, String timeZone) {}

  /** What a node has to be before it counts as done. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record HealthGate(Boolean enabled, Integer timeoutSeconds, String onFailure) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(15);

    Duration timeout() {
      return timeoutSeconds == null || timeoutSeconds <= 0
          ? DEFAULT_TIMEOUT
          : Duration.ofSeconds(timeoutSeconds);
    }

    boolean rollsBack() {
      return "Rollback".equals(onFailure);
    }
  }

  private static final Duration DEFAULT_REBOOT_TIMEOUT = Duration.ofMinutes(30);
  private static final String DEFAULT_MOUNT = "/host";

  boolean cordons() {
    return isTrue(cordon);
  }

  /** Only a node that takes no new pods can be drained. */
  boolean drains() {
    return cordons() && drainOptions != null && isTrue(drainOptions.enabled());
  }

  boolean reboots() {
    return isTrue(rebootOnSuccess);
  }

  boolean stopsOnFailure() {
    return isTrue(stopOnFailure);
  }

  boolean uncordonsFailures() {
    return isTrue(uncordonOnFailure);
  }

  boolean holdsStarts() {
    return isTrue(paused);
  }

  boolean gates() {
    return healthGate != null && !Boolean.FALSE.equals(healthGate.enabled());
  }

  /** Only a reboot takes a member away from etcd. */
  boolean guardsControlPlane() {
    return reboots() && !Boolean.FALSE.equals(controlPlaneGuard);
  }

  String mountPath() {
    return hostMountPath == null || hostMountPath.isEmpty() ? DEFAULT_MOUNT : hostMountPath;
  }

  Duration rebootTimeout() {
    return rebootTimeoutSeconds == null || rebootTimeoutSeconds <= 0
        ? DEFAULT_REBOOT_TIMEOUT
        : Duration.ofSeconds(rebootTimeoutSeconds);
  }

  static boolean isTrue(Boolean value) {
    return Boolean.TRUE.equals(value);
  }
}
