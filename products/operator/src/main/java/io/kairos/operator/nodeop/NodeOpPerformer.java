package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PreconditionsBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.kairos.formats.json.Json;
import io.kairos.operator.MergePatch;
import io.kairos.operator.Names;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.Owners;
import io.kairos.operator.nodeop.NodeOpAction.Cordon;
import io.kairos.operator.nodeop.NodeOpAction.CreateJob;
import io.kairos.operator.nodeop.NodeOpAction.CreatePreflightPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRebootPod;
import io.kairos.operator.nodeop.NodeOpAction.CreateRollbackJob;
import io.kairos.operator.nodeop.NodeOpAction.DeleteNodeOp;
import io.kairos.operator.nodeop.NodeOpAction.DeletePod;
import io.kairos.operator.nodeop.NodeOpAction.Evict;
import io.kairos.operator.nodeop.NodeOpAction.LookForJob;
import io.kairos.operator.nodeop.NodeOpAction.LookForPod;
import io.kairos.operator.nodeop.NodeOpAction.Uncordon;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;

/** Acts, decides nothing. What does not work is an {@link Outcome}, for the status to tell. */
final class NodeOpPerformer {
  private static final Logger LOG = System.getLogger(NodeOpPerformer.class.getName());
  private static final int TOO_MANY_REQUESTS = 429;

  private final KubernetesClient client;
  private final NodeOp nodeOp;
  private final NodeOpNames names;
  private final NodeOpObjects objects;

  NodeOpPerformer(OperatorContext context, NodeOp nodeOp) {
    this.client = context.client();
    this.nodeOp = nodeOp;
    this.names = NodeOpNames.of(nodeOp);
    this.objects = new NodeOpObjects(nodeOp, context.environment());
  }

  /** Of the NodeOp. */
  String uid() {
    return names.uid();
  }

  /** Empty if it worked. */
  Optional<Outcome> perform(NodeOpAction action) {
    try {
      return switch (action) {
        case CreatePreflightPod wanted ->
            create(
                action,
                pods(names.preflightPod(wanted.node(), wanted.attempt())),
                objects.preflightPod(wanted));
        case CreateRebootPod wanted ->
            create(
                action,
                pods(names.rebootPod(wanted.node(), wanted.job())),
                objects.rebootPod(wanted));
        case CreateJob wanted -> create(action, jobs(wanted.job()), objects.job(wanted));
        case CreateRollbackJob wanted ->
            create(action, jobs(wanted.job()), objects.rollbackJob(wanted));
        case Cordon(var node) -> cordon(node);
        case Uncordon(var node) -> uncordon(node);
        case Evict wanted -> evict(wanted);
        case DeletePod(var node, var pod) -> {
          pods(pod).withGracePeriod(0).delete();
          yield Optional.empty();
        }
        case LookForJob(var node, var job) -> missing(action, jobs(job).get());
        case LookForPod(var node, var pod) -> missing(action, pods(pod).get());
        case DeleteNodeOp all -> {
          client.resource(nodeOp).delete();
          yield Optional.empty();
        }
      };
    } catch (KubernetesClientException e) {
      LOG.log(
          Level.WARNING,
          "{0}/{1}: {2}: {3}",
          names.namespace(),
          names.nodeOp(),
          action,
          e.getMessage());
      return Optional.of(new Outcome.Failed(action, told(e)));
    }
  }

  private Resource<Pod> pods(String name) {
    return client.pods().inNamespace(names.namespace()).withName(name);
  }

  private Resource<Job> jobs(String name) {
    return client.batch().v1().jobs().inNamespace(names.namespace()).withName(name);
  }

  private static Optional<Outcome> missing(NodeOpAction action, Object found) {
    return found == null ? Optional.of(new Outcome.Missing(action)) : Optional.empty();
  }

  /** What exists and is ours is adopted: somebody of us has been here before. */
  private <T extends HasMetadata> Optional<Outcome> create(
      NodeOpAction action, Resource<T> at, T wanted) {
    try {
      client.resource(wanted).create();
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
    T existing = at.get();
    if (existing != null && !Owners.isControlledBy(existing, names.uid())) {
      return Optional.of(
          new Outcome.Failed(
              action,
              existing.getKind()
                  + " "
                  + existing.getMetadata().getName()
                  + " exists and belongs to somebody else; delete it"));
    }
    return Optional.empty();
  }

  /**
   * Makes a node unschedulable and claims that in one step; a node that is so already is not ours.
   */
  private Optional<Outcome> cordon(String name) {
    Node node = client.nodes().withName(name).get();
    if (node == null || NodeFacts.of(node).unschedulable()) {
      return Optional.empty();
    }
    patchNode(node, true, names.cordon());
    return Optional.empty();
  }

  /** Only what this NodeOp has cordoned, and nobody else since. */
  Optional<Outcome> uncordon(String name) {
    Node node = client.nodes().withName(name).get();
    if (node == null) {
      return Optional.empty(); // a node that is gone is not cordoned
    }
    NodeFacts facts = NodeFacts.of(node);
    boolean ours = facts.cordonedBy().filter(names.cordon()::equals).isPresent();
    if (facts.unschedulable() && ours) {
      patchNode(node, false, null);
    } else if (!facts.unschedulable() && facts.cordonedBy().isPresent()) {
      patchNode(node, null, null); // somebody has uncordoned it by hand
    }
    return Optional.empty();
  }

  /**
   * With the version that was read, so that nobody's change in between is lost.
   *
   * @param unschedulable null leaves it as it is
   */
  private void patchNode(Node node, Boolean unschedulable, String cordonedBy) {
    var annotations = new LinkedHashMap<String, Object>();
    annotations.put(Names.CORDONED_BY_ANNOTATION, cordonedBy);
    var meta = new LinkedHashMap<String, Object>();
    meta.put("resourceVersion", node.getMetadata().getResourceVersion());
    meta.put("annotations", annotations);
    var patch = new LinkedHashMap<String, Object>();
    patch.put("metadata", meta);
    if (unschedulable != null) {
      patch.put("spec", Collections.singletonMap("unschedulable", unschedulable ? true : null));
    }
    MergePatch.target(client, node).patch(MergePatch.CONTEXT, Json.write(patch));
  }

  private Optional<Outcome> evict(Evict wanted) {
    var pod = wanted.pod();
    var drain = nodeOp.specOrEmpty().drainOptions();
    Integer grace = drain == null ? null : drain.gracePeriodSeconds();
    Eviction eviction =
        new EvictionBuilder()
            .withNewMetadata()
            .withName(pod.name())
            .withNamespace(pod.namespace())
            .endMetadata()
            .withDeleteOptions(
                new DeleteOptionsBuilder()
                    .withGracePeriodSeconds(grace == null || grace < 0 ? null : grace.longValue())
                    .withPreconditions(new PreconditionsBuilder().withUid(pod.uid()).build())
                    .build())
            .build();
    try {
      // not by the client's evict(), which keeps to itself why a pod may not leave
      client.raw(
          "/api/v1/namespaces/" + pod.namespace() + "/pods/" + pod.name() + "/eviction",
          "POST",
          eviction);
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case HttpURLConnection.HTTP_NOT_FOUND, HttpURLConnection.HTTP_CONFLICT ->
            Optional.empty(); // it has gone, or another of that name has come
        case TOO_MANY_REQUESTS ->
            Optional.of(new Outcome.Refused(wanted, "pod " + pod + ": " + told(e)));
        default -> throw e;
      };
    }
  }

  /** The server's own words, with the name of the disruption budget where it tells one. */
  private static String told(KubernetesClientException failure) {
    Status status = failure.getStatus();
    if (status == null || status.getMessage() == null) {
      return String.valueOf(failure.getMessage());
    }
    String causes =
        status.getDetails() == null
            ? ""
            : status.getDetails().getCauses().stream()
                .map(cause -> cause.getMessage())
                .filter(text -> text != null && !text.isEmpty())
                .reduce("", (all, text) -> all + " (" + text + ")");
    return status.getMessage() + causes;
  }
}
