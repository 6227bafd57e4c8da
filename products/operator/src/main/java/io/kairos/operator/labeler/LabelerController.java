package io.kairos.operator.labeler;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kairos.formats.json.Json;
import io.kairos.operator.MergePatch;
import io.kairos.operator.Names;
import io.kairos.operator.NodeCache;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.metrics.ControllerMetrics;
import io.kairos.operator.nodeop.JobFacts;
import io.kairos.operator.nodeop.NodeFacts;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Keeps the labeler in the cluster: rights, DaemonSet, and one Job for each node that nobody has
 * looked at. Everything is looked at again every half minute, and a new node at once; other changes
 * of nodes, of which a rollout makes thousands, are nothing to it.
 */
final class LabelerController {
  private static final Logger LOG = System.getLogger(LabelerController.class.getName());
  private static final Duration ROUND = Duration.ofSeconds(30);
  private static final Duration FAILED_JOB_STAYS = Duration.ofMinutes(10);
  private static final long PAGE = 500;
  private static final String NODES = "node";
  private static final String DAEMON_SET = "daemonset";

  private final OperatorContext context;
  private final NodeCache nodes;
  private final KubernetesClient client;
  private final ControllerMetrics metrics;

  /** Kinds that were made or found once; owned by the thread that runs this. */
  private final Set<String> known = new HashSet<>();

  /** Nodes that the last round has seen, by name and uid; replaced as a whole by that thread. */
  private volatile Set<String> seen = Set.of();

  /** Holds at most one wish to look again. */
  private final BlockingQueue<Boolean> wakeUps = new LinkedBlockingQueue<>(1);

  LabelerController(OperatorContext context) {
    this.context = context;
    this.nodes = context.nodes();
    this.client = context.client();
    this.metrics = new ControllerMetrics(context.metrics());
    metrics.announce(NODES);
    metrics.announce(DAEMON_SET);
    nodes.onChange(this::changed);
  }

  private void changed(String name) {
    nodes
        .node(name)
        .filter(node -> isOurs(node) && !seen.contains(identity(node)))
        .ifPresent(node -> wakeUps.offer(true));
  }

  private static boolean isOurs(NodeFacts node) {
    return !node.leaving() && !"false".equals(node.labels().get(Names.MANAGED_LABEL));
  }

  private static String identity(NodeFacts node) {
    return node.name() + "/" + node.uid();
  }

  /** Until interrupted. */
  void run() throws InterruptedException {
    while (true) {
      timed(DAEMON_SET, this::ensureLabeler);
      if (nodes.isComplete()) {
        timed(NODES, this::ensureJobs);
      }
      wakeUps.poll(nodes.isComplete() ? ROUND.toMillis() : 500, TimeUnit.MILLISECONDS);
    }
  }

  private void timed(String controller, Runnable work) {
    long start = System.nanoTime();
    String result = "success";
    try {
      work.run();
    } catch (KubernetesClientException e) { // told, and tried again in the next round
      result = "error";
      LOG.log(Level.WARNING, "labeler: {0}", e.getMessage());
    }
    double seconds = (double) (System.nanoTime() - start) / TimeUnit.SECONDS.toNanos(1);
    metrics.reconciled(controller, result, seconds);
  }

  private LabelerObjects objects() {
    var environment = context.environment();
    return new LabelerObjects(environment.namespace(), environment.nodeLabelerImage());
  }

  private void ensureLabeler() {
    LabelerObjects objects = objects();
    ensure(objects.serviceAccount());
    ensure(objects.clusterRole());
    ensure(objects.clusterRoleBinding());
    DaemonSet wanted = objects.daemonSet();
    DaemonSet found = client.resource(wanted).get();
    if (found == null) {
      client.resource(wanted).create();
    } else if (!sameImageAndShape(found, wanted)) {
      MergePatch.target(client, found)
          .patch(MergePatch.CONTEXT, Json.write(Map.of("spec", tree(wanted.getSpec()))));
    }
  }

  private static boolean sameImageAndShape(DaemonSet found, DaemonSet wanted) {
    var has = found.getSpec().getTemplate().getSpec();
    var should = wanted.getSpec().getTemplate().getSpec();
    var container = has.getContainers().getFirst();
    var expected = should.getContainers().getFirst();
    return container.getImage().equals(expected.getImage())
        && container.getArgs().equals(expected.getArgs())
        && container.getVolumeMounts().size() == expected.getVolumeMounts().size()
        && should.getNodeSelector().equals(has.getNodeSelector())
        && should.getServiceAccountName().equals(has.getServiceAccountName());
  }

  /** What our manifests ship is there; under upstream's the operator makes it itself. */
  private void ensure(HasMetadata wanted) {
    if (known.contains(wanted.getKind())) {
      return;
    }
    try {
      client.resource(wanted).create();
    } catch (KubernetesClientException e) {
      switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT -> {}
        case HttpURLConnection.HTTP_FORBIDDEN ->
            LOG.log(
                Level.DEBUG,
                "{0} {1} comes with the manifests: may not make it",
                wanted.getKind(),
                wanted.getMetadata().getName());
        default -> throw e;
      }
    }
    known.add(wanted.getKind());
  }

  private void ensureJobs() {
    LabelerObjects objects = objects();
    List<NodeFacts> ours =
        nodes.nodes().values().stream().filter(LabelerController::isOurs).toList();
    Map<String, LabelerJob> jobs = jobs(objects.namespace());
    for (NodeFacts node : ours) {
      ensureJob(objects, node, jobs.get(LabelerObjects.jobName(node.name())));
    }
    seen = ours.stream().map(LabelerController::identity).collect(Collectors.toSet());
  }

  /** In pages, of which only facts are kept: there is one for each node of the cluster. */
  private Map<String, LabelerJob> jobs(String namespace) {
    var found = new HashMap<String, LabelerJob>();
    String next = null;
    do {
      JobList page =
          client
              .batch()
              .v1()
              .jobs()
              .inNamespace(namespace)
              .withLabel("app", Names.LABELER)
              .list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      page.getItems().forEach(job -> found.put(job.getMetadata().getName(), LabelerJob.of(job)));
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    return found;
  }

  private void ensureJob(LabelerObjects objects, NodeFacts node, LabelerJob found) {
    if (found == null) {
      try {
        client.resource(objects.job(node.name(), node.uid())).create();
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
          throw e;
        }
      }
    } else if (isOutdated(found, node) && !found.leaving()) {
      client
          .batch()
          .v1()
          .jobs()
          .inNamespace(objects.namespace())
          .withName(LabelerObjects.jobName(node.name()))
          .withPropagationPolicy(DeletionPropagation.BACKGROUND)
          .delete();
      wakeUps.offer(true);
    }
  }

  /** Made for an earlier node of this name, or failed some time ago. */
  private boolean isOutdated(LabelerJob job, NodeFacts node) {
    boolean other =
        job.nodeUid().filter(uid -> !uid.equals(Names.labelValue(node.uid()))).isPresent();
    return other
        || (job.failed() && job.made().plus(FAILED_JOB_STAYS).isBefore(context.clock().instant()));
  }

  /**
   * What matters of a Job.
   *
   * @param nodeUid empty for upstream's
   */
  private record LabelerJob(
      Optional<String> nodeUid, boolean failed, Instant made, boolean leaving) {
    static LabelerJob of(Job job) {
      var meta = job.getMetadata();
      return new LabelerJob(
          Optional.ofNullable(meta.getLabels())
              .map(labels -> labels.get(LabelerObjects.NODE_UID_LABEL)),
          JobFacts.of(job).state() == JobFacts.State.FAILED,
          Instant.parse(meta.getCreationTimestamp()),
          meta.getDeletionTimestamp() != null);
    }
  }

  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private Map<String, Object> tree(Object value) {
    return client.getKubernetesSerialization().convertValue(value, Map.class);
  }
}
