package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What was observed when something is to be decided.
 *
 * @param nodes all nodes of the cluster by name
 * @param jobs of this NodeOp by name
 * @param podsOn all pods that are bound to a node; asked only for nodes that are being drained
 * @param busyControlPlane control-plane nodes on which other NodeOps are at work
 * @param outcomes what came of the actions of the plan before, by node; they change statuses only
 * @param ownPod namespace/name of this operator's pod, if known
 */
record NodeOpView(
    NodeOp nodeOp,
    Map<String, NodeFacts> nodes,
    Map<String, JobFacts> jobs,
    List<PodFacts> pods,
    Function<String, List<Pod>> podsOn,
    Set<String> busyControlPlane,
    Map<String, List<Outcome>> outcomes,
    Optional<String> ownPod,
    Instant now) {
  NodeOpView after(NodeOp written, Map<String, List<Outcome>> results) {
    return new NodeOpView(
        written, nodes, jobs, pods, podsOn, busyControlPlane, results, ownPod, now);
  }
}
