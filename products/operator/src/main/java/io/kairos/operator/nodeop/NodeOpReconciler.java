package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NodeList;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.kairos.operator.Conditions;
import io.kairos.operator.EventRecorder.Severity;
import io.kairos.operator.MergePatch;
import io.kairos.operator.Names;
import io.kairos.operator.NodeCache;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.Owners;
import io.kairos.operator.nodeop.NodeOpPlan.Tiding;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Observes, has {@link NodeOpPlanner} decide, writes the decision, and only then acts. What makes
 * something follows from a status that the API server has just taken as the newest, so that neither
 * a stale cache nor a crash can do a thing twice.
 */
@ControllerConfiguration
final class NodeOpReconciler implements Reconciler<NodeOp>, Cleaner<NodeOp> {
  private static final Logger LOG = System.getLogger(NodeOpReconciler.class.getName());
  private static final Duration STALE = Duration.ofSeconds(1);
  private static final Duration LEAST = Duration.ofMillis(200);
  private static final long PAGE = 500;

  private final OperatorContext context;
  private final NodeCache nodes;
  private final StatusPatch patches;
  private final NodeOpMetrics metrics;
  private final ControlPlaneLedger ledger = new ControlPlaneLedger();
  private final RecentActions recent = new RecentActions();
  private volatile IndexerResourceCache<NodeOp> all;

  NodeOpReconciler(OperatorContext context) {
    this.context = context;
    this.nodes = context.nodes();
    this.patches = new StatusPatch(context.client().getKubernetesSerialization());
    this.metrics = new NodeOpMetrics(context.metrics());
  }

  @Override
  public List<EventSource<?, NodeOp>> prepareEventSources(EventSourceContext<NodeOp> sources) {
    all = sources.getPrimaryCache();
    var jobs =
        InformerEventSourceConfiguration.from(Job.class, NodeOp.class)
            .withLabelSelector(Names.NODEOP_LABEL)
            .withSecondaryToPrimaryMapper(NodeOpReconciler::nodeOpOf)
            .withItemStore(TrimmedStore.ofJobs())
            .build();
    var pods =
        InformerEventSourceConfiguration.from(Pod.class, NodeOp.class)
            .withLabelSelector(Names.NODEOP_LABEL)
            .withSecondaryToPrimaryMapper(NodeOpReconciler::nodeOpOf)
            .withItemStore(TrimmedStore.ofPods())
            .build();
    var nodeEvents = new SimpleInboundEventSource<NodeOp>("nodes");
    nodes.onChange(
        node ->
            all.list(NodeOpReconciler::mayCareForNodes)
                .map(ResourceID::fromResource)
                .forEach(nodeEvents::propagateEvent));
    return List.of(
        new InformerEventSource<>(jobs, sources),
        new InformerEventSource<>(pods, sources),
        nodeEvents);
  }

  /** A finished one too: new nodes may match it. */
  private static boolean mayCareForNodes(NodeOp nodeOp) {
    return nodeOp.getMetadata().getDeletionTimestamp() == null;
  }

  /** By owner, by annotation, or, for pods of upstream's operator, by label. */
  static Set<ResourceID> nodeOpOf(HasMetadata secondary) {
    var meta = secondary.getMetadata();
    String namespace = meta.getNamespace();
    Optional<String> owner =
        meta.getOwnerReferences().stream()
            .filter(reference -> reference.getKind().equals("NodeOp"))
            .map(reference -> reference.getName())
            .findFirst();
    return owner
        .or(() -> value(meta.getAnnotations(), Names.NODEOP_NAME_ANNOTATION))
        .or(() -> value(meta.getLabels(), Names.NODEOP_LABEL))
        .map(name -> Set.of(new ResourceID(name, namespace)))
        .orElse(Set.of());
  }

  private static Optional<String> value(Map<String, String> map, String key) {
    return Optional.ofNullable(map == null ? null : map.get(key));
  }

  @Override
  public UpdateControl<NodeOp> reconcile(NodeOp nodeOp, Context<NodeOp> run) {
    if (!nodes.isComplete()) {
      return UpdateControl.<NodeOp>noUpdate().rescheduleAfter(STALE);
    }
    try {
      Duration wait = work(nodeOp, run);
      return UpdateControl.<NodeOp>noUpdate().rescheduleAfter(wait);
    } catch (StaleStatus e) {
      LOG.log(Level.DEBUG, "{0}: {1}", nodeOp.getFullResourceName(), e.getMessage());
      return UpdateControl.<NodeOp>noUpdate().rescheduleAfter(STALE);
    }
  }

  /** How long until the next look. */
  private Duration work(NodeOp nodeOp, Context<NodeOp> run) throws StaleStatus {
    NodeOpView view;
    NodeOpPlan plan;
    Written written;
    if (nodeOp.specOrEmpty().guardsControlPlane()) {
      synchronized (ledger) {
        view = observe(nodeOp, run);
        plan = NodeOpPlanner.plan(view);
        written = write(nodeOp, plan.status());
        ledger.wrote(nodeOp.getMetadata().getUid(), plan.status().entries(), view.nodes());
      }
    } else {
      view = observe(nodeOp, run);
      plan = NodeOpPlanner.plan(view);
      written = write(nodeOp, plan.status());
    }
    metrics.counted(nodeOp, plan.status(), view.now());
    tell(nodeOp, plan.tidings(), view.nodes());
    List<NodeOpAction> actions =
        recent.without(nodeOp.getMetadata().getUid(), plan.actions(), context.clock().instant());
    if (!written.changed() && actions.stream().anyMatch(NodeOpAction::needsNewest)) {
      requireNewest(nodeOp);
    }
    var work = new NodeOpWork(new NodeOpPerformer(context, nodeOp), recent, context.clock());
    NodeOpWork.Done done = work.perform(actions);
    if (!done.outcomes().isEmpty()) {
      NodeOpPlan told = NodeOpPlanner.plan(view.after(written.nodeOp(), done.outcomes()));
      write(written.nodeOp(), told.status());
      tell(nodeOp, told.tidings(), view.nodes());
      plan = earlier(plan, told);
    }
    Duration wait = Duration.between(context.clock().instant(), plan.wake());
    return wait.compareTo(LEAST) < 0 || !done.isComplete() ? LEAST : wait;
  }

  private static NodeOpPlan earlier(NodeOpPlan one, NodeOpPlan other) {
    return one.wake().isBefore(other.wake()) ? one : other;
  }

  private NodeOpView observe(NodeOp nodeOp, Context<NodeOp> run) {
    String uid = nodeOp.getMetadata().getUid();
    Map<String, NodeFacts> known = nodes.nodes();
    Map<String, JobFacts> jobs =
        run.getSecondaryResources(Job.class).stream()
            .filter(job -> Owners.isControlledBy(job, uid))
            .map(JobFacts::of)
            .collect(Collectors.toMap(JobFacts::name, Function.identity()));
    List<PodFacts> pods =
        run.getSecondaryResources(Pod.class).stream()
            .filter(pod -> belongs(pod, uid, jobs))
            .map(PodFacts::of)
            .toList();
    var environment = context.environment();
    return new NodeOpView(
        nodeOp,
        known,
        jobs,
        pods,
        this::podsOn,
        nodeOp.specOrEmpty().guardsControlPlane()
            ? ledger.busyFor(uid, all.list(op -> true).toList(), known)
            : Set.of(),
        Map.of(),
        environment.podName().map(name -> environment.namespace() + "/" + name),
        context.clock().instant());
  }

  private static boolean belongs(Pod pod, String uid, Map<String, JobFacts> jobs) {
    return Owners.controllerOf(pod)
        .map(owner -> owner.getUid().equals(uid) || jobs.containsKey(owner.getName()))
        .orElse(false);
  }

  private List<Pod> podsOn(String node) {
    return context
        .client()
        .pods()
        .inAnyNamespace()
        .withField("spec.nodeName", node)
        .list()
        .getItems();
  }

  /** The object as it is after writing, and whether anything had to be written. */
  private record Written(NodeOp nodeOp, boolean changed) {}

  private Written write(NodeOp from, NodeOpStatus status) throws StaleStatus {
    String now = Conditions.time(context.clock().instant());
    Optional<String> patch = patches.of(from, status, now);
    if (patch.isEmpty()) {
      return new Written(from, false);
    }
    try {
      NodeOp written =
          MergePatch.target(context.client(), from)
              .subresource("status")
              .patch(MergePatch.CONTEXT, patch.get());
      return new Written(written, true);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        throw new StaleStatus("somebody has changed it since it was read", e);
      }
      throw e;
    }
  }

  /** What is made must follow from the newest status, not from what a watch has shown so far. */
  private void requireNewest(NodeOp seen) throws StaleStatus {
    NodeOp newest = resource(seen).get();
    String version = seen.getMetadata().getResourceVersion();
    if (newest == null || !newest.getMetadata().getResourceVersion().equals(version)) {
      throw new StaleStatus("the watch is behind", null);
    }
  }

  private Resource<NodeOp> resource(NodeOp nodeOp) {
    var meta = nodeOp.getMetadata();
    return context
        .client()
        .resources(NodeOp.class)
        .inNamespace(meta.getNamespace())
        .withName(meta.getName());
  }

  private void tell(NodeOp nodeOp, List<Tiding> tidings, Map<String, NodeFacts> known) {
    String name = nodeOp.getMetadata().getNamespace() + "/" + nodeOp.getMetadata().getName();
    for (Tiding tiding : tidings) {
      if (tiding.isFinal()) { // each step is told with the node: thousands of them help nobody here
        context
            .events()
            .record(
                nodeOp,
                tiding.severity(),
                tiding.reason(),
                tiding.node() + ": " + tiding.message());
      }
      NodeFacts node = known.get(tiding.node());
      if (node != null) {
        var reference =
            new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(node.name())
                .withUid(node.uid())
                .build();
        context
            .events()
            .record(
                reference,
                tiding.severity(),
                "NodeOp" + tiding.reason(),
                "NodeOp " + name + ": " + tiding.message());
      }
      LOG.log(
          tiding.severity() == Severity.WARNING ? Level.WARNING : Level.INFO,
          "{0}: {1}: {2}: {3}",
          name,
          tiding.node(),
          tiding.reason(),
          tiding.message());
    }
  }

  /**
   * Ends what runs and gives nodes back before the object goes: first what would still reboot or
   * change a node, then the cordon, each found by asking the API server itself.
   */
  @Override
  public DeleteControl cleanup(NodeOp nodeOp, Context<NodeOp> run) {
    var meta = nodeOp.getMetadata();
    var performer = new NodeOpPerformer(context, nodeOp);
    var client = context.client();
    String label = Names.labelValue(meta.getName());
    client
        .pods()
        .inNamespace(meta.getNamespace())
        .withLabel(Names.NODEOP_LABEL, label)
        .list()
        .getItems()
        .stream()
        .filter(pod -> Owners.isControlledBy(pod, meta.getUid()))
        .forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(meta.getNamespace())
        .withLabel(Names.NODEOP_LABEL, label)
        .list()
        .getItems()
        .stream()
        .filter(job -> Owners.isControlledBy(job, meta.getUid()))
        .forEach(
            job ->
                client
                    .resource(job)
                    .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                    .delete());
    String mine = NodeOpNames.of(nodeOp).cordon();
    boolean conflict = false;
    for (NodeFacts node : nodesFromServer()) {
      if (node.cordonedBy().filter(mine::equals).isPresent()) {
        conflict |= !uncordoned(performer, node.name());
      }
    }
    if (conflict) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(LEAST.toMillis());
    }
    ledger.forget(meta.getUid());
    recent.forget(meta.getUid());
    metrics.forget(nodeOp);
    return DeleteControl.defaultDelete();
  }

  private static boolean uncordoned(NodeOpPerformer performer, String node) {
    return performer.perform(new NodeOpAction.Uncordon(node)).isEmpty();
  }

  private List<NodeFacts> nodesFromServer() {
    var found = new ArrayList<NodeFacts>();
    String next = null;
    do {
      NodeList page =
          context
              .client()
              .nodes()
              .list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      page.getItems().forEach(node -> found.add(NodeFacts.of(node)));
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    return found;
  }

  /** What was read is not the newest; nothing was done. */
  private static final class StaleStatus extends Exception {
    private static final long serialVersionUID = 1L;

    StaleStatus(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
