package io.kairos.operator.labeler;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Keeps the labeler in the cluster: rights, DaemonSet, and one Job for each node that nobody has
 * looked at. Everything is looked at again every half minute, and a new node at once.
 */
final class LabelerController {
  private static final Logger LOG = System.getLogger(LabelerController.class.getName());
  private static final Duration ROUND = Duration.ofSeconds(30);
  private static final Duration FAILED_JOB_STAYS = Duration.ofMinutes(10);
  private static final String NODES = "node";
  private static final String DAEMON_SET = "daemonset";

  private final OperatorContext context;
  private final NodeCache nodes;
  private final KubernetesClient client;
  private final ControllerMetrics metrics;

  /** Kinds that were made or found once; owned by the thread that runs this. */
  private final Set<String> known = new HashSet<>();

  /** Holds at most one wish to look again. */
  private final BlockingQueue<Boolean> wakeUps = new LinkedBlockingQueue<>(1);

  LabelerController(OperatorContext context) {
    this.context = context;
    this.nodes = context.nodes();
    this.client = context.client();
    this.metrics = new ControllerMetrics(context.metrics());
    metrics.announce(NODES);
    metrics.announce(DAEMON_SET);
    nodes.onChange(name -> wakeUps.offer(true));
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
      client
          .resource(wanted)
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
    Map<String, Job> jobs =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(objects.namespace())
            .withLabel("app", Names.LABELER)
            .list()
            .getItems()
            .stream()
            .collect(Collectors.toMap(job -> job.getMetadata().getName(), job -> job));
    for (NodeFacts node : nodes.nodes().values()) {
      if (!node.leaving() && !"false".equals(node.labels().get(Names.MANAGED_LABEL))) {
        ensureJob(objects, node, jobs.get(LabelerObjects.jobName(node.name())));
      }
    }
  }

  private void ensureJob(LabelerObjects objects, NodeFacts node, Job found) {
    if (found == null) {
      try {
        client.resource(objects.job(node.name(), node.uid())).create();
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
          throw e;
        }
      }
    } else if (isOutdated(found, node) && found.getMetadata().getDeletionTimestamp() == null) {
      client.resource(found).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
      wakeUps.offer(true);
    }
  }

  /** Made for an earlier node of this name, or failed some time ago. Upstream's have no uid. */
  private boolean isOutdated(Job job, NodeFacts node) {
    Map<String, String> labels = job.getMetadata().getLabels();
    String uid = labels == null ? null : labels.get(LabelerObjects.NODE_UID_LABEL);
    boolean other = uid != null && !uid.equals(Names.labelValue(node.uid()));
    boolean failed = JobFacts.of(job).state() == JobFacts.State.FAILED;
    Instant made = Instant.parse(job.getMetadata().getCreationTimestamp());
    return other || (failed && made.plus(FAILED_JOB_STAYS).isBefore(context.clock().instant()));
  }

  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private Map<String, Object> tree(Object value) {
    return client.getKubernetesSerialization().convertValue(value, Map.class);
  }
}
