package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.formats.json.Json;
import io.kairos.operator.MergePatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The smallest patch from one status to another. It names the version it was made for, so that it
 * is refused if anybody has changed the object since; entries that did not change are not sent, and
 * fields that we do not know stay.
 */
final class StatusPatch {
  private final KubernetesSerialization json;

  StatusPatch(KubernetesSerialization json) {
    this.json = json;
  }

  /** JSON of the patch; empty if nothing but {@code lastUpdated} would change. */
  Optional<String> of(NodeOp from, NodeOpStatus to, String now) {
    NodeOpStatus before = from.statusOrEmpty();
    var entries = entries(before.entries(), to.entries());
    var patch =
        new LinkedHashMap<>(MergePatch.of(tree(withoutEntries(before)), tree(withoutEntries(to))));
    boolean first = before.nodeStatuses() == null && to.nodeStatuses() != null;
    if (!entries.isEmpty() || first) {
      patch.put("nodeStatuses", entries);
    }
    if (patch.isEmpty()) {
      return Optional.empty();
    }
    patch.put("lastUpdated", now);
    var whole = new LinkedHashMap<String, Object>();
    whole.put("metadata", Map.of("resourceVersion", from.getMetadata().getResourceVersion()));
    whole.put("status", patch);
    return Optional.of(Json.write(whole));
  }

  private Map<String, Object> entries(
      Map<String, NodeStatus> before, Map<String, NodeStatus> after) {
    var changed = new LinkedHashMap<String, Object>();
    var names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      NodeStatus old = before.get(name);
      NodeStatus next = after.get(name);
      if (Objects.equals(old, next)) {
        continue;
      }
      changed.put(
          name,
          next == null ? null : old == null ? tree(next) : MergePatch.of(tree(old), tree(next)));
    }
    return changed;
  }

  private static NodeOpStatus withoutEntries(NodeOpStatus status) {
    return new NodeOpStatus(
        status.phase(),
        null,
        null,
        status.observedGeneration(),
        status.conditions(),
        status.counts(),
        status.message(),
        status.startTime(),
        status.completionTime(),
        status.retried());
  }

  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private Map<String, Object> tree(Object value) {
    return json.convertValue(value, Map.class);
  }
}
