package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.kairos.operator.Names;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What matters of a node.
 *
 * @param annotations those of Kairos only
 * @param cordonedBy the NodeOp that has cordoned it, if one has
 * @param bootId changes with each boot of its kernel
 */
public record NodeFacts(
    String name,
    String uid,
    Map<String, String> labels,
    Map<String, String> annotations,
    boolean ready,
    boolean unschedulable,
    Optional<String> cordonedBy,
    Optional<String> bootId,
    boolean leaving) {
  private static final List<String> CONTROL_PLANE =
      List.of("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane");

  public static NodeFacts of(Node node) {
    var meta = node.getMetadata();
    var annotations = new java.util.HashMap<>(orEmpty(meta.getAnnotations()));
    annotations.keySet().removeIf(key -> !key.contains("kairos.io/"));
    var spec = node.getSpec();
    var status = node.getStatus();
    boolean ready =
        status != null && status.getConditions().stream().anyMatch(NodeFacts::saysReady);
    return new NodeFacts(
        meta.getName(),
        meta.getUid(),
        orEmpty(meta.getLabels()),
        Map.copyOf(annotations),
        ready,
        spec != null && Boolean.TRUE.equals(spec.getUnschedulable()),
        Optional.ofNullable(annotations.get(Names.CORDONED_BY_ANNOTATION)),
        Optional.ofNullable(status == null ? null : status.getNodeInfo())
            .map(info -> info.getBootID())
            .filter(id -> !id.isEmpty()),
        meta.getDeletionTimestamp() != null);
  }

  boolean isControlPlane() {
    return CONTROL_PLANE.stream().anyMatch(labels::containsKey);
  }

  Optional<String> label(String name) {
    return Optional.ofNullable(labels.get(name));
  }

  Optional<String> annotation(String name) {
    return Optional.ofNullable(annotations.get(name));
  }

  private static boolean saysReady(NodeCondition condition) {
    return condition.getType().equals("Ready") && condition.getStatus().equals("True");
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : Map.copyOf(map);
  }
}
