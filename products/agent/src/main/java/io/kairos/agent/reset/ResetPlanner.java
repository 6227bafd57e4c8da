package io.kairos.agent.reset;

import io.kairos.agent.node.Deployment;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.InstalledNode.Place;
import io.kairos.agent.node.NodeDiary;
import io.kairos.agent.node.NodeOpening;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Refused;
import io.kairos.boot.BootAssessment;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.BootState;
import io.kairos.boot.BootStep;
import io.kairos.boot.Firmware;
import io.kairos.boot.Slot;
import io.kairos.plan.Plan;
import io.kairos.storage.DiskStep;
import io.kairos.storage.Filesystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides how a node becomes new again, and touches nothing: same node, source and request, same
 * plan. From the first step to the last the boot menu is told to start a reset: one that was cut is
 * done again by the next boot. The old systems keep their names until the new ones are complete and
 * checked; what the node has of data goes when it can boot without them.
 */
public final class ResetPlanner {
  private static final String AGAIN = "statereset";

  private final InstalledNode node;
  private final ResetRequest request;
  private final SystemSource source;
  private final SourceFacts facts;

  public ResetPlanner(
      InstalledNode node, ResetRequest request, SystemSource source, SourceFacts facts) {
    this.node = node;
    this.request = request;
    this.source = source;
    this.facts = facts;
  }

  /**
   * @throws Refused when the node cannot be reset
   */
  public Plan<NodeStep> plan() {
    requireResettable(node);
    return new Draft().plan();
  }

  /** What can be told to anybody. */
  static void requireRecovery(BootState boot) {
    if (boot != BootState.RECOVERY && boot != BootState.AUTORESET) {
      throw new Refused(
          "reset can only be called from the recovery system",
          "choose the recovery or the state reset entry of the boot menu, or run kairos-agent"
              + " bootentry --select statereset and reboot");
    }
  }

  /** What can be told before there is a source. */
  static void requireResettable(InstalledNode node) {
    requireRecovery(node.boot());
    if (!node.missingTools().isEmpty()) {
      throw new Refused(
          "this system lacks what a reset needs: " + String.join(", ", node.missingTools()),
          "add the package e2fsprogs to the image");
    }
    require(node.state(), "state", "COS_STATE");
    require(node.recovery(), "recovery", "COS_RECOVERY");
    if (node.firmware() == Firmware.EFI) {
      require(node.efi(), "EFI", "COS_GRUB");
    }
  }

  private static void require(Optional<Place> place, String name, String label) {
    if (place.isEmpty()) {
      throw new Refused(
          name + " partition not found: no file system is labelled " + label,
          "look at the labels with lsblk -f; install the machine again if the disk is damaged");
    }
  }

  /** One plan on its way. */
  private final class Draft {
    private final Plan.Builder<NodeStep> plan = Plan.named("reset");
    private final Place place = node.state().get();
    private final NodeOpening opening = new NodeOpening(node, plan);
    private final Path state = opening.at(place, "state");
    private final Path system = node.mounts().resolve("transition");
    private final Path efi = node.mounts().resolve("efi");
    private final Path transition = image(InstalledNode.TRANSITION);
    private final Path active = image(Slot.ACTIVE.file());
    private final Deployment deployment =
        new Deployment(
            source,
            facts,
            transition,
            Deployment.size(facts, request.size()),
            Slot.ACTIVE.label(),
            system);

    Plan<NodeStep> plan() {
      plan.milestone("prepare");
      opening.release();
      opening.makeWritable(place, "state");
      opening.mountOem();
      setNextEntry(AGAIN);
      opening.mountPersistent();
      plan.milestone("before-reset");
      stage("before-reset");
      deploy();
      rotate();
      forget();
      plan.milestone("after-reset");
      stage("after-reset");
      record();
      setNextEntry("");
      return plan.build();
    }

    /** The last word of a reset that formats the OEM partition is the new partition itself. */
    private void setNextEntry(String entry) {
      if (opening.binds().containsKey("/oem")) {
        plan.must(
            NodeStep.of(
                new BootStep.SetVariables(
                    opening.binds().get("/oem").resolve("grubenv"), Map.of("next_entry", entry))));
      }
    }

    private void deploy() {
      plan.milestone("active");
      plan.must(NodeStep.of(new DiskStep.DeleteFile(transition)));
      plan.must(NodeStep.of(new DiskStep.DeleteFile(image(InstalledNode.PREVIOUS))));
      plan.must(
          NodeStep.of(
              new DiskStep.RequireRoom(
                  state, facts.content().plus(Deployment.SPARE), "the new system")));
      deployment.deploy(plan);
      deployment.makeFolders(plan, request.extraFolders());
      deployment.adapt(plan, "after-reset-chroot", opening.binds());
      deployment.check(plan);
      deployment.record(plan);
      bootLoader();
      plan.must(NodeStep.of(new BootStep.SetTitle(system, state, request.title())));
      deployment.close(plan);
    }

    private void bootLoader() {
      plan.milestone("bootloader");
      boolean isEfi = node.firmware() == Firmware.EFI;
      if (isEfi) {
        plan.must(NodeStep.of(new DiskStep.Mount(node.efi().get().device(), efi, Filesystem.VFAT)));
        String arch = BootPerformer.architecture();
        plan.must(NodeStep.of(new BootStep.CopyEfiModules(system, state, arch)));
        plan.must(NodeStep.of(new BootStep.CopyEfiLoaders(system, efi, arch)));
      } else {
        plan.must(
            NodeStep.of(new BootStep.InstallBiosGrub(place.disk(), system, state, place.device())));
      }
      plan.must(NodeStep.of(new BootStep.StageMenu(system, state, request.tty())));
      plan.must(
          NodeStep.of(
              new BootStep.PublishMenu(state, isEfi ? Optional.of(efi) : Optional.empty())));
    }

    private void rotate() {
      plan.milestone("passive");
      plan.must(NodeStep.of(new DiskStep.Publish(transition, active)));
      plan.must(NodeStep.of(new DiskStep.CopyFile(active, transition)));
      plan.must(NodeStep.of(new DiskStep.LabelImage(transition, Slot.PASSIVE.label())));
      plan.must(NodeStep.of(new DiskStep.Publish(transition, image(Slot.PASSIVE.file()))));
      plan.must(NodeStep.of(BootAssessment.end(state)));
    }

    private void forget() {
      plan.milestone("format");
      if (request.formatsPersistent()) {
        node.persistent()
            .ifPresent(
                found -> {
                  plan.must(new NodeStep.CarryDiary(opening.binds().get("/usr/local"), state));
                  format(found, "COS_PERSISTENT", "/usr/local");
                  plan.must(new NodeStep.CarryDiary(state, opening.binds().get("/usr/local")));
                  plan.must(NodeStep.of(new DiskStep.DeleteFile(state.resolve(NodeDiary.FILE))));
                });
      }
      if (request.formatsOem()) {
        node.oem().ifPresent(found -> format(found, "COS_OEM", "/oem"));
      }
    }

    private void format(Place found, String label, String inside) {
      List<Path> mounts = new ArrayList<>(found.mounts());
      if (mounts.isEmpty()) {
        mounts.add(opening.binds().get(inside));
      }
      mounts.reversed().forEach(at -> plan.must(NodeStep.of(new DiskStep.Unmount(at))));
      plan.must(
          NodeStep.of(
              new DiskStep.Format(
                  found.device(),
                  found.filesystem(),
                  Optional.of(label),
                  Deployment.formatOptions(found.filesystem()))));
      plan.must(
          NodeStep.of(
              new DiskStep.Mount(found.device(), opening.binds().get(inside), found.filesystem())));
    }

    private void record() {
      if (opening.binds().containsKey("/usr/local")) {
        plan.should(
            new NodeStep.RecordInDiary(
                NodeDiary.Event.RESET, opening.binds().get("/usr/local"), source.text()));
      }
    }

    private Path image(String file) {
      return state.resolve(Slot.FOLDER).resolve(file);
    }

    private void stage(String name) {
      plan.strict(new NodeStep.RunStage(name, List.of()));
    }
  }
}
