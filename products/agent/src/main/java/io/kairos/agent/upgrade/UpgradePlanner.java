package io.kairos.agent.upgrade;

import io.kairos.agent.node.Deployment;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.InstalledNode.Place;
import io.kairos.agent.node.NodeDiary;
import io.kairos.agent.node.NodeOpening;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.upgrade.UpgradeRequest.Target;
import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.boot.BootAssessment;
import io.kairos.boot.BootState;
import io.kairos.boot.BootStep;
import io.kairos.boot.Slot;
import io.kairos.host.Host;
import io.kairos.plan.Plan;
import io.kairos.storage.DiskStep;
import io.kairos.storage.Filesystem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides how a new system takes its role, and touches nothing: same node, source and request, same
 * plan. The new image is complete, checked and on the disk before the first name changes. Then each
 * change is one rename, so that at every instant {@code active.img} and {@code passive.img} are
 * complete systems with their own labels:
 *
 * <ol>
 *   <li>the active image gets a second name, {@code previous.img};
 *   <li>the new image is renamed to {@code active.img};
 *   <li>the previous one gets the label of its new role, under a name that nothing boots;
 *   <li>it is renamed to {@code passive.img}.
 * </ol>
 *
 * An active system that never came up does not become the passive one: the node keeps the one that
 * did.
 */
public final class UpgradePlanner {
  private final InstalledNode node;
  private final UpgradeRequest request;
  private final SystemSource source;
  private final SourceFacts facts;

  public UpgradePlanner(
      InstalledNode node, UpgradeRequest request, SystemSource source, SourceFacts facts) {
    this.node = node;
    this.request = request;
    this.source = source;
    this.facts = facts;
  }

  /** For the node as it is now. */
  public static Plan<NodeStep> now(Host host, UpgradeRequest request, SystemSource source) {
    return new UpgradePlanner(
            InstalledNode.observe(host), request, source, SourceFacts.measure(host, source))
        .plan();
  }

  /**
   * @throws Refused when the node cannot be upgraded
   */
  public Plan<NodeStep> plan() {
    requireUpgradable(node, request.target());
    return new Draft().plan();
  }

  /** What can be told to anybody. */
  static void requireInstalled(BootState boot) {
    if (boot == BootState.LIVE || boot == BootState.UNKNOWN) {
      throw new Refused(
          "cannot upgrade from live media/unknown boot state",
          "install this machine first, or boot its active, passive or recovery system");
    }
  }

  /** What can be told before there is a source. */
  static void requireUpgradable(InstalledNode node, Target target) {
    requireInstalled(node.boot());
    if (!node.missingTools().isEmpty()) {
      throw new Refused(
          "this system lacks what upgrading needs: " + String.join(", ", node.missingTools()),
          "add the package e2fsprogs to the image");
    }
    if (target != Target.RECOVERY && node.state().isEmpty()) {
      throw new Refused(
          "undefined state partition: no file system is labelled COS_STATE",
          "look at the labels with lsblk -f; the disk may be gone or damaged");
    }
    if (target == Target.RECOVERY && node.recovery().isEmpty()) {
      throw new Refused(
          "undefined recovery partition: no file system is labelled COS_RECOVERY",
          "look at the labels with lsblk -f; a node without one has no recovery system to upgrade");
    }
  }

  /** One plan on its way. */
  private final class Draft {
    private final boolean isActive = request.target() != Target.RECOVERY;
    private final boolean isRollback = request.target() == Target.PREVIOUS;
    private final Plan.Builder<NodeStep> plan =
        Plan.named(isRollback ? "rollback" : isActive ? "upgrade" : "upgrade-recovery");
    private final Place place = (isActive ? node.state() : node.recovery()).get();
    private final NodeOpening opening = new NodeOpening(node, plan);
    private final String name = isActive ? "state" : "recovery";
    private final Path partition = opening.at(place, name);
    private final Path transition = image(InstalledNode.TRANSITION);
    private final Path previous = image(InstalledNode.PREVIOUS);
    private final Path system = node.mounts().resolve("transition");
    private final Deployment deployment =
        new Deployment(
            source,
            facts,
            transition,
            Deployment.size(facts, request.size()),
            slot().label(),
            system);

    Plan<NodeStep> plan() {
      plan.milestone("prepare");
      opening.release();
      opening.makeWritable(place, name);
      opening.mountOem();
      opening.mountPersistent();
      cleanUp();
      plan.must(NodeStep.of(new DiskStep.RequireRoom(partition, needed(), "the new system")));
      if (isRollback) {
        deployPrevious();
      } else {
        plan.milestone("before-upgrade");
        stage("before-upgrade");
        deploy();
      }
      finish();
      plan.milestone("rotate");
      if (isActive) {
        rotate();
      } else {
        replaceRecovery();
      }
      if (!isRollback) {
        plan.milestone("after-upgrade");
        stage("after-upgrade");
      }
      if (isActive) {
        node.oem()
            .ifPresent(
                oem ->
                    plan.should(
                        NodeStep.of(
                            new BootStep.SetVariables(
                                opening.binds().get("/oem").resolve("grubenv"),
                                Map.of("next_entry", "cos")))));
      }
      if (!isRollback && opening.binds().containsKey("/usr/local")) {
        plan.should(
            new NodeStep.RecordInDiary(
                isActive ? NodeDiary.Event.ACTIVE_UPGRADE : NodeDiary.Event.RECOVERY_UPGRADE,
                opening.binds().get("/usr/local"),
                source.text()));
      }
      return plan.build();
    }

    /** What an interrupted upgrade had begun is ended, or is as if it had not been. */
    private void cleanUp() {
      plan.must(NodeStep.of(new DiskStep.DeleteFile(transition)));
      if (isActive) {
        if (node.leftovers().replacedActive()) {
          makePreviousPassive();
        } else {
          plan.must(NodeStep.of(new DiskStep.DeleteFile(previous)));
        }
        if (node.leftovers().movedActive()) {
          plan.must(
              NodeStep.of(
                  new DiskStep.LabelImage(image(Slot.PASSIVE.file()), Slot.PASSIVE.label())));
        }
      }
    }

    /** An image is sparse: it takes what is in it, its inodes, and some bookkeeping. */
    private Bytes needed() {
      return facts.content().plus(Deployment.SPARE);
    }

    private void deploy() {
      plan.milestone("deploy");
      deployment.deploy(plan);
      if (!request.leftOut().isEmpty()) {
        plan.must(new NodeStep.LeaveOut(system, request.leftOut()));
      }
      deployment.makeFolders(plan, request.extraFolders());
      deployment.adapt(plan, "after-upgrade-chroot", opening.binds());
      deployment.record(plan);
    }

    /** It has had its hooks, and it stays the system that it is. */
    private void deployPrevious() {
      plan.milestone("deploy");
      plan.must(NodeStep.of(new DiskStep.CopyFile(image(Slot.PASSIVE.file()), transition)));
      plan.must(NodeStep.of(new DiskStep.LabelImage(transition, slot().label())));
      plan.must(NodeStep.of(new DiskStep.MountImage(transition, system, Filesystem.EXT2)));
    }

    private void finish() {
      deployment.check(plan);
      if (isActive) {
        plan.must(NodeStep.of(new BootStep.SetTitle(system, partition, request.title())));
        plan.must(NodeStep.of(new BootStep.StageMenu(system, partition, Optional.empty())));
      }
      deployment.close(plan);
    }

    private void rotate() {
      Path active = image(Slot.ACTIVE.file());
      boolean keepsActive = node.boot() != BootState.PASSIVE && node.isActiveProven();
      // Before the new system can be booted, and after the old one cannot spoil it any more.
      plan.must(NodeStep.of(BootAssessment.start(partition)));
      if (keepsActive) {
        plan.must(NodeStep.of(new DiskStep.LinkFile(active, previous)));
      }
      plan.must(NodeStep.of(new DiskStep.Publish(transition, active)));
      plan.must(NodeStep.of(new BootStep.PublishMenu(partition, Optional.empty())));
      if (keepsActive) {
        makePreviousPassive();
      }
    }

    private void makePreviousPassive() {
      plan.must(NodeStep.of(new DiskStep.LabelImage(previous, Slot.PASSIVE.label())));
      plan.must(NodeStep.of(new DiskStep.Publish(previous, image(Slot.PASSIVE.file()))));
    }

    /** The boot menu takes a squashfs first, so it goes once the image is there. */
    private void replaceRecovery() {
      plan.must(NodeStep.of(new DiskStep.Publish(transition, image(Slot.RECOVERY.file()))));
      if (node.hasSquashedRecovery()) {
        plan.must(NodeStep.of(new DiskStep.DeleteFile(image(Slot.SQUASHED_RECOVERY))));
      }
    }

    private Slot slot() {
      return isActive ? Slot.ACTIVE : Slot.RECOVERY;
    }

    private Path image(String file) {
      return partition.resolve(Slot.FOLDER).resolve(file);
    }

    private void stage(String name) {
      plan.strict(new NodeStep.RunStage(name, List.of()));
    }
  }
}
