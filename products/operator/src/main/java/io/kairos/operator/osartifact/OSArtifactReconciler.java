package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.kairos.operator.ControllerModule;
import io.kairos.operator.MergePatch;
import io.kairos.operator.Names;
import io.kairos.operator.OperatorContext;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at an OSArtifact whenever it, its pods or its Jobs change. */
public final class OSArtifactReconciler implements Reconciler<OSArtifact>, Cleaner<OSArtifact> {
  /** Kept from upstream, so that either operator can take over from the other. */
  static final String FINALIZER = Names.BUILD_GROUP + "/osbuilder-finalizer";

  /** Kinds that the tool image can build, by their keys; with upstream's image all of them. */
  static final String KINDS_VARIABLE = "OSARTIFACT_KINDS";

  /** Of the builder pods' own images; IfNotPresent where nodes have them and reach no registry. */
  static final String PULL_POLICY_VARIABLE = "OSARTIFACT_PULL_POLICY";

  private static final String NAME = "osartifact";

  private final OperatorContext context;
  private final OSArtifactFlow flow;
  private final OSArtifactMetrics metrics;

  OSArtifactReconciler(OperatorContext context) {
    this.context = context;
    this.flow =
        new OSArtifactFlow(
            context,
            new BuilderPod.Images(
                context.options().toolImage(),
                context.options().buildahImage(),
                context.environment().variable(PULL_POLICY_VARIABLE).orElse("Always")),
            kinds(context.environment().variable(KINDS_VARIABLE)));
    this.metrics = new OSArtifactMetrics(context.metrics());
  }

  /** A module of the operator. */
  public static void register(OperatorContext context, ControllerModule.Registrar registrar) {
    registrar.reconciler(
        NAME, new OSArtifactReconciler(context), settings -> settings.withFinalizer(FINALIZER));
  }

  static Set<ArtifactKind> kinds(Optional<String> listed) {
    return listed
        .map(
            text ->
                Arrays.stream(text.split(","))
                    .map(String::strip)
                    .flatMap(key -> ArtifactKind.named(key).stream())
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(ArtifactKind.class))))
        .map(Set::copyOf)
        .orElse(Set.of(ArtifactKind.ISO));
  }

  @Override
  public List<EventSource<?, OSArtifact>> prepareEventSources(
      EventSourceContext<OSArtifact> sources) {
    return List.of(ours(Pod.class, sources), ours(Job.class, sources));
  }

  private static <T extends HasMetadata> EventSource<?, OSArtifact> ours(
      Class<T> type, EventSourceContext<OSArtifact> sources) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, OSArtifact.class)
            .withLabelSelector(Children.ARTIFACT_LABEL)
            .withSecondaryToPrimaryMapper(OSArtifactReconciler::artifactOf)
            .build(),
        sources);
  }

  /** By owner, as a label cannot hold every name. */
  static Set<ResourceID> artifactOf(HasMetadata child) {
    return child.getMetadata().getOwnerReferences().stream()
        .filter(owner -> owner.getKind().equals("OSArtifact"))
        .filter(owner -> owner.getApiVersion().startsWith(Names.BUILD_GROUP + "/"))
        .map(owner -> new ResourceID(owner.getName(), child.getMetadata().getNamespace()))
        .collect(Collectors.toSet());
  }

  @Override
  public UpdateControl<OSArtifact> reconcile(
      OSArtifact cached, Context<OSArtifact> reconciliation) {
    // The cache may lag behind what we wrote ourselves.
    OSArtifact artifact = context.client().resource(cached).get();
    if (artifact == null || artifact.getMetadata().getDeletionTimestamp() != null) {
      return UpdateControl.noUpdate();
    }
    OSArtifactFlow.Outcome outcome = flow.look(artifact);
    outcome.status().ifPresent(status -> write(artifact, status));
    UpdateControl<OSArtifact> control = UpdateControl.noUpdate();
    return outcome.again().<UpdateControl<OSArtifact>>map(control::rescheduleAfter).orElse(control);
  }

  private void write(OSArtifact artifact, OSArtifactStatus status) {
    Map<String, Object> patch = new LinkedHashMap<>();
    patch.put("metadata", Map.of("resourceVersion", artifact.getMetadata().getResourceVersion()));
    patch.put("status", OSArtifactStatus.patch(status));
    context
        .client()
        .resource(artifact)
        .subresource("status")
        .patch(MergePatch.CONTEXT, context.client().getKubernetesSerialization().asJson(patch));
    if (status.phase().isFinal()
        && !OSArtifactStatus.read(artifact.getStatus()).phase().isFinal()) {
      metrics.ended(status);
    }
  }

  /** Everything of ours has an owner, so the garbage collector follows; a running pod is killed. */
  @Override
  public DeleteControl cleanup(OSArtifact artifact, Context<OSArtifact> reconciliation) {
    return DeleteControl.defaultDelete();
  }
}
