package io.kairos.operator.nodeop;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * On which control-plane nodes rebooting NodeOps are at work, over all of them, so that two NodeOps
 * never take two members of etcd away together. It is the lock under which a NodeOp that reboots
 * decides and writes its decision; what was written counts before the watch shows it.
 */
final class ControlPlaneLedger {
  /** By uid of the NodeOp; guarded by this object's monitor. */
  private final Map<String, Set<String>> written = new HashMap<>();

  /**
   * @param all NodeOps as the watch shows them
   */
  synchronized Set<String> busyFor(String uid, List<NodeOp> all, Map<String, NodeFacts> nodes) {
    var busy = new HashSet<String>();
    for (NodeOp other : all) {
      String otherUid = other.getMetadata().getUid();
      if (!otherUid.equals(uid) && other.specOrEmpty().reboots()) {
        busy.addAll(
            written.getOrDefault(otherUid, inFlight(other.statusOrEmpty().entries(), nodes)));
      }
    }
    return busy;
  }

  synchronized void wrote(
      String uid, Map<String, NodeStatus> entries, Map<String, NodeFacts> nodes) {
    written.put(uid, inFlight(entries, nodes));
  }

  synchronized void forget(String uid) {
    written.remove(uid);
  }

  private static Set<String> inFlight(
      Map<String, NodeStatus> entries, Map<String, NodeFacts> nodes) {
    var names = new HashSet<String>();
    entries.forEach(
        (name, entry) -> {
          NodeFacts node = nodes.get(name);
          if (entry.isInFlight() && node != null && node.isControlPlane()) {
            names.add(name);
          }
        });
    return names;
  }
}
