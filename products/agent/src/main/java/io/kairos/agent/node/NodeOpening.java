package io.kairos.agent.node;

import io.kairos.agent.node.InstalledNode.Place;
import io.kairos.plan.Plan;
import io.kairos.storage.DiskStep;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How an action on an installed node begins: what an interrupted one left is released, the
 * partition of the slots becomes writable, and the node's own files are mounted where the stages of
 * a new system see them.
 */
public final class NodeOpening {
  private final InstalledNode node;
  private final Plan.Builder<NodeStep> plan;
  private final Map<String, Path> binds = new TreeMap<>();

  /**
   * @param plan gets the steps
   */
  public NodeOpening(InstalledNode node, Plan.Builder<NodeStep> plan) {
    this.node = node;
    this.plan = plan;
  }

  /** The steps that come before all others. */
  public void release() {
    InstalledNode.Leftovers left = node.leftovers();
    if (left.holdSomething()) {
      plan.must(
          NodeStep.of(new DiskStep.ReleaseLeftovers(left.imageMounts(), left.loops(), List.of())));
    }
  }

  /**
   * Where a partition is mounted, or will be.
   *
   * @param name of its mount point below {@link InstalledNode#mounts}
   */
  public Path at(Place place, String name) {
    return place.mountedAt().orElse(node.mounts().resolve(name));
  }

  /** The partition whose slots change. */
  public void makeWritable(Place place, String name) {
    plan.must(
        NodeStep.of(
            place.mountedAt().isPresent()
                ? new DiskStep.RemountWritable(at(place, name))
                : new DiskStep.Mount(place.device(), at(place, name), place.filesystem())));
  }

  /** The configuration of the node, if it has a partition for it. */
  public void mountOem() {
    mount(node.oem(), "oem", "/oem");
  }

  /** The data of the node, if it has a partition for them. */
  public void mountPersistent() {
    mount(node.persistent(), "persistent", "/usr/local");
  }

  private void mount(Optional<Place> wanted, String name, String inside) {
    wanted.ifPresent(
        found -> {
          Path at = at(found, name);
          if (found.mountedAt().isEmpty()) {
            plan.must(NodeStep.of(new DiskStep.Mount(found.device(), at, found.filesystem())));
          }
          binds.put(inside, at);
        });
  }

  /** What was mounted so far, by where a system has it. */
  public Map<String, Path> binds() {
    return Collections.unmodifiableMap(binds);
  }
}
