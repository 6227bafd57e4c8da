package io.kairos.operator.upgrade;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.kairos.operator.nodeop.NodeOpSpec.DrainOptions;
import io.kairos.operator.nodeop.NodeOpSpec.HealthGate;
import io.kairos.operator.nodeop.NodeOpSpec.MaintenanceWindow;
import java.util.List;

/** What the user wants, as it was written: what is absent is null. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeOpUpgradeSpec(
    LabelSelector nodeSelector,
    String image,
    List<LocalObjectReference> imagePullSecrets,
    Integer concurrency,
    Boolean stopOnFailure,
    Boolean upgradeRecovery,
    Boolean upgradeActive,
    Boolean force,
    Boolean debug,
    Boolean uncordonOnFailure,
    List<String> excludePaths,
    DrainOptions drainOptions,
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
    ResourceRequirements resources,
    ResourceRequirements preflightResources,
    ResourceRequirements rebootResources) {

  /** Yes unless it is said otherwise. */
  boolean changesActive() {
    return !Boolean.FALSE.equals(upgradeActive);
  }

  boolean changesRecovery() {
    return Boolean.TRUE.equals(upgradeRecovery);
  }

  /** The version of the active system says nothing about the recovery system. */
  boolean comparesVersions() {
    return !Boolean.TRUE.equals(force) && !changesRecovery();
  }
}
