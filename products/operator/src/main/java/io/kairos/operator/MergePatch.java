package io.kairos.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Differences of JSON trees as a JSON merge patch (RFC 7386). */
public final class MergePatch {
  /** How a client sends one. */
  public static final PatchContext CONTEXT = PatchContext.of(PatchType.JSON_MERGE);

  private MergePatch() {}

  /**
   * What to call {@code patch} on. The client first asks the server for an object that it is given
   * by its name only: another request for each patch, a large one for large objects, and a right to
   * read that a writer may not have.
   *
   * @param known name and namespace are enough
   */
  public static <T extends HasMetadata> Resource<T> target(KubernetesClient client, T known) {
    return client.resource(known);
  }

  /**
   * What turns {@code before} into {@code after}; keys that neither has are left alone, whatever
   * the server holds there. Empty if nothing differs.
   */
  public static Map<String, Object> of(Map<String, Object> before, Map<String, Object> after) {
    var patch = new LinkedHashMap<String, Object>();
    after.forEach(
        (key, value) -> {
          Object old = before.get(key);
          if (Objects.equals(old, value)) {
            return;
          }
          if (old instanceof Map<?, ?> oldMap && value instanceof Map<?, ?> newMap) {
            patch.put(key, of(tree(oldMap), tree(newMap)));
          } else {
            patch.put(key, value);
          }
        });
    before.keySet().stream()
        .filter(key -> !after.containsKey(key))
        .forEach(key -> patch.put(key, null));
    return patch;
  }

  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private static Map<String, Object> tree(Map<?, ?> map) {
    return (Map<String, Object>) map;
  }
}
