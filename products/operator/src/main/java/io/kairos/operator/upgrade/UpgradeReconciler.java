package io.kairos.operator.upgrade;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import io.kairos.formats.json.Json;
import io.kairos.operator.Conditions;
import io.kairos.operator.EventRecorder.Severity;
import io.kairos.operator.MergePatch;
import io.kairos.operator.Names;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.Owners;
import io.kairos.operator.nodeop.NodeOp;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the NodeOp of a NodeOpUpgrade once, and tells what that says. */
@ControllerConfiguration
final class UpgradeReconciler implements Reconciler<NodeOpUpgrade> {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration RESYNC = Duration.ofMinutes(5);

  private final OperatorContext context;
  private final KubernetesSerialization json;

  UpgradeReconciler(OperatorContext context) {
    this.context = context;
    this.json = context.client().getKubernetesSerialization();
  }

  @Override
  public List<EventSource<?, NodeOpUpgrade>> prepareEventSources(
      EventSourceContext<NodeOpUpgrade> sources) {
    var children =
        InformerEventSourceConfiguration.from(NodeOp.class, NodeOpUpgrade.class)
            .withLabelSelector(Names.UPGRADE_LABEL)
            .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(NodeOpUpgrade.class))
            .build();
    return List.of(new InformerEventSource<>(children, sources));
  }

  @Override
  public UpdateControl<NodeOpUpgrade> reconcile(NodeOpUpgrade upgrade, Context<NodeOpUpgrade> run) {
    if (upgrade.getSpec() == null || upgrade.getMetadata().getDeletionTimestamp() != null) {
      return UpdateControl.noUpdate();
    }
    Instant now = context.clock().instant();
    Optional<NodeOp> child =
        run.getSecondaryResource(NodeOp.class)
            .or(() -> Optional.ofNullable(childResource(upgrade).get()));
    if (child.isEmpty()) {
      return made(upgrade, now);
    }
    if (!Owners.isControlledBy(child.get(), upgrade.getMetadata().getUid())) {
      String why =
          "a NodeOp "
              + upgrade.getMetadata().getName()
              + " exists that this upgrade has not made; delete it, or give the upgrade another name";
      write(upgrade, UpgradePlanner.failed(upgrade, "NameTaken", why, now), now);
      return UpdateControl.<NodeOpUpgrade>noUpdate().rescheduleAfter(RESYNC);
    }
    follow(upgrade, child.get());
    write(upgrade, UpgradePlanner.mirrored(upgrade, child.get()), now);
    return UpdateControl.<NodeOpUpgrade>noUpdate()
        .rescheduleAfter(expired(upgrade, child.get(), now));
  }

  /** A NodeOp that has been there is not made again: the upgrade would run twice. */
  private UpdateControl<NodeOpUpgrade> made(NodeOpUpgrade upgrade, Instant now) {
    if (upgrade.statusOrEmpty().nodeOpName() != null) {
      String why = "its NodeOp was deleted; make another NodeOpUpgrade to start again";
      write(upgrade, UpgradePlanner.failed(upgrade, "NodeOpDeleted", why, now), now);
      return UpdateControl.noUpdate();
    }
    try {
      context.client().resource(UpgradePlanner.child(upgrade)).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        context
            .events()
            .record(upgrade, Severity.WARNING, "NodeOpNotCreated", String.valueOf(e.getMessage()));
        throw e;
      }
      return UpdateControl.<NodeOpUpgrade>noUpdate().rescheduleAfter(Duration.ofSeconds(1));
    }
    context
        .events()
        .record(
            upgrade,
            Severity.NORMAL,
            "NodeOpCreated",
            "NodeOp " + upgrade.getMetadata().getName() + " does it");
    write(upgrade, UpgradePlanner.initializing(upgrade), now);
    return UpdateControl.<NodeOpUpgrade>noUpdate().rescheduleAfter(SOON);
  }

  /** Hands on what may change while it runs. */
  private void follow(NodeOpUpgrade upgrade, NodeOp child) {
    NodeOp wanted = UpgradePlanner.child(upgrade);
    var patch = new LinkedHashMap<String, Object>();
    Map<String, Object> spec =
        MergePatch.of(
            nonNull(tree(UpgradePlanner.changeable(child.getSpec()))),
            nonNull(tree(UpgradePlanner.changeable(wanted.getSpec()))));
    if (!spec.isEmpty()) {
      patch.put("spec", spec);
    }
    Map<String, String> asked = UpgradePlanner.retryAnnotation(upgrade);
    Map<String, String> has = child.getMetadata().getAnnotations();
    boolean told = has != null && has.entrySet().containsAll(asked.entrySet());
    if (!asked.isEmpty() && !told) {
      patch.put("metadata", Map.of("annotations", asked));
    }
    if (!patch.isEmpty()) {
      MergePatch.target(context.client(), child).patch(MergePatch.CONTEXT, Json.write(patch));
    }
  }

  private static Map<String, Object> nonNull(Map<String, Object> tree) {
    var kept = new LinkedHashMap<>(tree);
    kept.values().removeIf(value -> value == null);
    return kept;
  }

  private Duration expired(NodeOpUpgrade upgrade, NodeOp child, Instant now) {
    Optional<Instant> end = UpgradePlanner.expiry(upgrade, child);
    if (end.isPresent() && !now.isBefore(end.get())) {
      context.client().resource(upgrade).delete();
      return RESYNC;
    }
    return end.map(time -> Duration.between(now, time))
        .filter(wait -> wait.compareTo(RESYNC) < 0)
        .orElse(RESYNC);
  }

  private Resource<NodeOp> childResource(NodeOpUpgrade upgrade) {
    var meta = upgrade.getMetadata();
    return context
        .client()
        .resources(NodeOp.class)
        .inNamespace(meta.getNamespace())
        .withName(meta.getName());
  }

  /** Only differences, only if there are any; a stale read is refused and tried again. */
  private void write(NodeOpUpgrade upgrade, NodeOpUpgradeStatus status, Instant now) {
    Map<String, Object> patch = MergePatch.of(tree(upgrade.statusOrEmpty()), tree(status));
    if (patch.isEmpty()) {
      return;
    }
    patch.put("lastUpdated", Conditions.time(now));
    var whole = new LinkedHashMap<String, Object>();
    whole.put("metadata", Map.of("resourceVersion", upgrade.getMetadata().getResourceVersion()));
    whole.put("status", patch);
    MergePatch.target(context.client(), upgrade)
        .subresource("status")
        .patch(MergePatch.CONTEXT, Json.write(whole));
  }

  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private Map<String, Object> tree(Object value) {
    return json.convertValue(value, Map.class);
  }
}
