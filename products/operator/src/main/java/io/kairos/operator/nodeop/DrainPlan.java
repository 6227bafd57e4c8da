package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.kairos.operator.Names;
import io.kairos.operator.nodeop.NodeOpSpec.DrainOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pods have to leave a node, as {@code kubectl drain} decides it; two rules are upstream's:
 * pods without a controller are left alone unless forced, and DaemonSet pods go once when they are
 * not to be ignored.
 *
 * @param evict pods to ask to leave
 * @param leaving pods that are on their way, as namespace/name
 * @param refusal why this node cannot be drained, if so
 */
record DrainPlan(List<Leaver> evict, List<String> leaving, Optional<String> refusal) {
  private static final String MIRROR = "kubernetes.io/config.mirror";

  /** A pod by all that an eviction needs, so that never its successor is evicted. */
  record Leaver(String namespace, String name, String uid) {
    @Override
    public String toString() {
      return namespace + "/" + name;
    }
  }

  boolean isDone() {
    return evict.isEmpty() && leaving.isEmpty() && refusal.isEmpty();
  }

  /** All that has not left yet. */
  List<String> remaining() {
    var names = new ArrayList<>(leaving);
    evict.forEach(pod -> names.add(pod.toString()));
    return names;
  }

  /**
   * @param pods all pods that are bound to the node
   * @param own namespace/name of this operator's pod, if known
   * @param since when the drain began
   */
  static DrainPlan of(List<Pod> pods, DrainOptions options, Optional<String> own, Instant since) {
    var evict = new ArrayList<Leaver>();
    var leaving = new ArrayList<String>();
    Optional<String> refusal = Optional.empty();
    for (Pod pod : pods) {
      ObjectMeta meta = pod.getMetadata();
      String name = meta.getNamespace() + "/" + meta.getName();
      if (stays(pod, options, own.filter(name::equals).isPresent(), since)) {
        continue;
      }
      if (meta.getDeletionTimestamp() != null) {
        leaving.add(name);
      } else if (!hasEnded(pod) && !options.dropsEmptyDirs() && hasEmptyDir(pod)) {
        refusal =
            refusal.or(
                () ->
                    Optional.of(
                        "pod "
                            + name
                            + " would lose an emptyDir volume;"
                            + " set drainOptions.deleteEmptyDirData to allow that"));
      } else {
        evict.add(new Leaver(meta.getNamespace(), meta.getName(), meta.getUid()));
      }
    }
    return new DrainPlan(
        refusal.isPresent() ? List.of() : List.copyOf(evict), List.copyOf(leaving), refusal);
  }

  private static boolean stays(Pod pod, DrainOptions options, boolean own, Instant since) {
    ObjectMeta meta = pod.getMetadata();
    Map<String, String> labels = meta.getLabels() == null ? Map.of() : meta.getLabels();
    boolean mirror = meta.getAnnotations() != null && meta.getAnnotations().containsKey(MIRROR);
    boolean ours = labels.containsKey(Names.NODEOP_LABEL) || labels.containsKey(Names.REBOOT_LABEL);
    if (own || mirror || ours) {
      return true;
    }
    if (isOfDaemonSet(meta)) {
      return options.keepsDaemonSets() || isYounger(meta, since);
    }
    return !options.takesBarePods() && !hasEnded(pod) && !hasController(meta);
  }

  /** The DaemonSet's controller puts a new pod on the node at once; waiting for that is endless. */
  private static boolean isYounger(ObjectMeta meta, Instant since) {
    return meta.getCreationTimestamp() != null
        && Instant.parse(meta.getCreationTimestamp()).isAfter(since);
  }

  private static boolean isOfDaemonSet(ObjectMeta meta) {
    return meta.getOwnerReferences().stream().anyMatch(o -> o.getKind().equals("DaemonSet"));
  }

  private static boolean hasController(ObjectMeta meta) {
    return meta.getOwnerReferences().stream()
        .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()));
  }

  private static boolean hasEnded(Pod pod) {
    String phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  private static boolean hasEmptyDir(Pod pod) {
    return pod.getSpec() != null
        && pod.getSpec().getVolumes().stream().map(Volume::getEmptyDir).anyMatch(e -> e != null);
  }
}
