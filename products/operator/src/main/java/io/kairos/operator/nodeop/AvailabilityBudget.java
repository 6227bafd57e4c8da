package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How many nodes may be away at once: {@code maxUnavailable} of the chosen nodes, one of the
 * control plane (etcd's quorum) over all NodeOps, one zone.
 */
final class AvailabilityBudget {
  private final NodeOpSpec spec;
  private final Optional<Integer> limit;
  private final Set<String> away = new HashSet<>();

  /** Control-plane node → why it cannot be counted on. */
  private final Map<String, String> weakControlPlane = new java.util.TreeMap<>();

  private final Set<String> zones = new HashSet<>();

  AvailabilityBudget(
      NodeOpSpec spec, List<NodeFacts> targets, NodeOpView view, Map<String, NodeStatus> entries) {
    this.spec = spec;
    this.limit = limit(spec.maxUnavailable(), targets.size());
    targets.stream()
        .filter(node -> !node.ready() || node.unschedulable())
        .forEach(node -> away.add(node.name()));
    for (NodeFacts node : view.nodes().values()) {
      if (node.isControlPlane() && !node.ready()) {
        weakControlPlane.put(node.name(), "is not Ready");
      }
    }
    view.busyControlPlane()
        .forEach(node -> weakControlPlane.put(node, "is being worked on by another NodeOp"));
    entries.forEach(
        (name, entry) -> {
          NodeFacts node = view.nodes().get(name);
          if (entry.isInFlight() && node != null) {
            occupy(node);
          }
        });
  }

  /** Why {@code node} may not be started now, if so. */
  Optional<String> refusal(NodeFacts node) {
    if (limit.isPresent() && !away.contains(node.name()) && away.size() >= limit.get()) {
      return Optional.of(
          away.size() + " nodes are unavailable, and maxUnavailable allows " + limit.get());
    }
    if (spec.guardsControlPlane() && node.isControlPlane()) {
      Optional<Map.Entry<String, String>> other =
          weakControlPlane.entrySet().stream()
              .filter(entry -> !entry.getKey().equals(node.name()))
              .findFirst();
      boolean busyElsewhere =
          weakControlPlane
              .getOrDefault(node.name(), "")
              .startsWith("is being worked on by another");
      if (other.isPresent() || busyElsewhere) {
        String name = busyElsewhere ? node.name() : other.get().getKey();
        return Optional.of(
            "control-plane node "
                + name
                + " "
                + weakControlPlane.get(name)
                + "; taking "
                + node.name()
                + " too could cost the quorum");
      }
    }
    String zone = zone(node);
    if (spec.topologyKey() != null && !zones.isEmpty() && !zones.contains(zone)) {
      return Optional.of("another " + spec.topologyKey() + " is being worked on: " + zones);
    }
    return Optional.empty();
  }

  void take(NodeFacts node) {
    occupy(node);
  }

  private void occupy(NodeFacts node) {
    away.add(node.name());
    if (node.isControlPlane()) {
      weakControlPlane.put(node.name(), "is being worked on");
    }
    if (spec.topologyKey() != null) {
      zones.add(zone(node));
    }
  }

  private String zone(NodeFacts node) {
    return spec.topologyKey() == null ? "" : node.label(spec.topologyKey()).orElse("");
  }

  /** A share is rounded down, but never to nothing, or the rollout would stand still. */
  private static Optional<Integer> limit(IntOrString value, int targets) {
    if (value == null) {
      return Optional.empty();
    }
    if (value.getIntVal() != null) {
      return Optional.of(Math.max(1, value.getIntVal()));
    }
    String text = value.getStrVal();
    int percent = Integer.parseInt(text.substring(0, text.length() - 1));
    return Optional.of(Math.max(1, targets * percent / 100));
  }
}
