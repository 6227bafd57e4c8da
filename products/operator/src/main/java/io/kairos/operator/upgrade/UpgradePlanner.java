package io.kairos.operator.upgrade;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.kairos.operator.Conditions;
import io.kairos.operator.Names;
import io.kairos.operator.Owners;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.nodeop.NodeOpSpec;
import io.kairos.operator.nodeop.NodeOpSpec.DrainOptions;
import io.kairos.operator.nodeop.NodeOpSpec.HealthGate;
import io.kairos.operator.nodeop.NodeOpSpec.Preflight;
import io.kairos.operator.nodeop.NodeOpStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a NodeOpUpgrade means: its NodeOp, and its status. Pure. */
final class UpgradePlanner {
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String CONTROLLER = "nodeopupgrade-controller";

  /** Its pod is the first one of the image on the node, and pulling a whole system counts. */
  private static final int PREFLIGHT_SECONDS = 1800;

  private UpgradePlanner() {}

  /** The NodeOp that does it; of the same name, so that there is never a second one. */
  static NodeOp child(NodeOpUpgrade upgrade) {
    NodeOpUpgradeSpec spec = upgrade.getSpec();
    var meta = upgrade.getMetadata();
    var child = new NodeOp();
    child.setMetadata(
        new ObjectMetaBuilder()
            .withName(meta.getName())
            .withNamespace(meta.getNamespace())
            .withLabels(
                Map.of(
                    MANAGED_BY, CONTROLLER, Names.UPGRADE_LABEL, Names.labelValue(meta.getName())))
            .withAnnotations(retryAnnotation(upgrade))
            .withOwnerReferences(Owners.controller(upgrade))
            .build());
    child.setSpec(childSpec(spec));
    return child;
  }

  private static NodeOpSpec childSpec(NodeOpUpgradeSpec spec) {
    return new NodeOpSpec(
        spec.nodeSelector(),
        UpgradeScript.command(spec),
        "/host",
        spec.image(),
        spec.imagePullSecrets(),
        true,
        spec.uncordonOnFailure(),
        drain(spec),
        spec.changesActive(),
        null,
        spec.concurrency(),
        spec.stopOnFailure(),
        spec.comparesVersions()
            ? new Preflight(UpgradeScript.preflight(), null, PREFLIGHT_SECONDS)
            : null,
        spec.paused(),
        spec.retries(),
        spec.maxUnavailable(),
        spec.controlPlaneOrder(),
        spec.controlPlaneGuard(),
        spec.topologyKey(),
        spec.maintenanceWindows(),
        spec.rebootTimeoutSeconds(),
        gate(spec),
        null,
        null,
        spec.resources(),
        spec.preflightResources(),
        spec.rebootResources());
  }

  /** Upstream's drain has always taken pods with emptyDir volumes along. */
  private static DrainOptions drain(NodeOpUpgradeSpec spec) {
    DrainOptions given = spec.drainOptions();
    return given == null
        ? new DrainOptions(true, null, null, null, true, null)
        : new DrainOptions(
            given.enabled() == null || given.enabled(),
            given.force(),
            given.gracePeriodSeconds(),
            given.ignoreDaemonSets(),
            given.deleteEmptyDirData() == null || given.deleteEmptyDirData(),
            given.timeoutSeconds());
  }

  /** On unless switched off; the recovery system alone changes nothing that could be seen. */
  private static HealthGate gate(NodeOpUpgradeSpec spec) {
    if (!spec.changesActive()) {
      return null;
    }
    HealthGate given = spec.healthGate();
    return given == null
        ? new HealthGate(true, null, null)
        : new HealthGate(
            given.enabled() == null || given.enabled(), given.timeoutSeconds(), given.onFailure());
  }

  /**
   * The fields that may change while it runs; the child follows them.
   *
   * @return merge patch of the child's spec, with nulls for what is absent
   */
  static Map<String, Object> changeable(NodeOpSpec wanted) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("paused", wanted.paused());
    fields.put("retries", wanted.retries());
    fields.put("concurrency", wanted.concurrency() == null ? 0 : wanted.concurrency());
    fields.put("stopOnFailure", Boolean.TRUE.equals(wanted.stopOnFailure()));
    fields.put("uncordonOnFailure", Boolean.TRUE.equals(wanted.uncordonOnFailure()));
    fields.put("maxUnavailable", wanted.maxUnavailable());
    fields.put("controlPlaneOrder", wanted.controlPlaneOrder());
    fields.put("controlPlaneGuard", wanted.controlPlaneGuard());
    fields.put("topologyKey", wanted.topologyKey());
    fields.put("maintenanceWindows", wanted.maintenanceWindows());
    fields.put("rebootTimeoutSeconds", wanted.rebootTimeoutSeconds());
    fields.put("healthGate", wanted.healthGate());
    return fields;
  }

  static Map<String, String> retryAnnotation(NodeOpUpgrade upgrade) {
    var annotations = upgrade.getMetadata().getAnnotations();
    String asked = annotations == null ? null : annotations.get(Names.RETRY_ANNOTATION);
    return asked == null ? Map.of() : Map.of(Names.RETRY_ANNOTATION, asked);
  }

  /** Right after the NodeOp was made. */
  static NodeOpUpgradeStatus initializing(NodeOpUpgrade upgrade) {
    return new NodeOpUpgradeStatus(
        "Initializing",
        upgrade.getMetadata().getName(),
        upgrade.statusOrEmpty().nodeStatuses(),
        "NodeOp created",
        upgrade.statusOrEmpty().lastUpdated(),
        upgrade.getMetadata().getGeneration(),
        upgrade.statusOrEmpty().conditions(),
        null);
  }

  /** It cannot go on; {@code why} tells what to do. */
  static NodeOpUpgradeStatus failed(NodeOpUpgrade upgrade, String reason, String why, Instant now) {
    NodeOpUpgradeStatus old = upgrade.statusOrEmpty();
    Long generation = upgrade.getMetadata().getGeneration();
    List<Condition> conditions =
        Conditions.of(old.conditions())
            .with("Accepted", !reason.equals("NameTaken"), reason, why, generation, now)
            .with("Progressing", false, reason, why, generation, now)
            .with("Complete", false, reason, why, generation, now)
            .with("Degraded", true, reason, why, generation, now)
            .all();
    return new NodeOpUpgradeStatus(
        "Failed",
        old.nodeOpName(),
        old.nodeStatuses(),
        why,
        old.lastUpdated(),
        generation,
        conditions,
        old.counts());
  }

  /** What the NodeOp says, under the upgrade's name. */
  static NodeOpUpgradeStatus mirrored(NodeOpUpgrade upgrade, NodeOp child) {
    NodeOpStatus from = child.getStatus();
    String phase = from == null || from.phase() == null ? "" : from.phase();
    String message =
        switch (phase) {
          case "Running" -> "Upgrade operation is running";
          case "Completed" -> "Upgrade operation completed successfully";
          case "Failed" -> "Upgrade operation failed";
          default -> "Upgrade operation is pending";
        };
    Long generation = upgrade.getMetadata().getGeneration();
    return new NodeOpUpgradeStatus(
        phase,
        child.getMetadata().getName(),
        from == null ? null : from.nodeStatuses(),
        message,
        upgrade.statusOrEmpty().lastUpdated(),
        generation,
        from == null ? null : from.conditions(),
        from == null ? null : from.counts());
  }

  /** When the object may go, if it is finished and says so. */
  static Optional<Instant> expiry(NodeOpUpgrade upgrade, NodeOp child) {
    Integer ttl = upgrade.getSpec().ttlSecondsAfterFinished();
    NodeOpStatus status = child.getStatus();
    return ttl == null || status == null || status.completionTime() == null
        ? Optional.empty()
        : Optional.of(Instant.parse(status.completionTime()).plusSeconds(ttl));
  }
}
