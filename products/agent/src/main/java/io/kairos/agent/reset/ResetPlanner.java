package io.kairos.agent.reset;

import io.kairos.agent.node.Deployment;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.InstalledNode.Place;
import io.kairos.agent.node.NodeDiary;
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
import java.util.TreeMap;

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
    private final Path state = place.mountedAt().orElse(node.mounts().resolve("state"));
    private final Path system = node.mounts().resolve("transition");
    private final Path efi = node.mounts().resolve("efi");
    private final Path transition = image(InstalledNode.TRANSITION);
    private final Path active = image(Slot.ACTIVE.file());
    private final Map<String, Path> binds = new TreeMap<>();

    Plan<NodeStep> plan() {
      plan.milestone("prepare");
      InstalledNode.Leftovers left = node.leftovers();
      if (left.holdSomething()) {
        plan.must(disk(new DiskStep.ReleaseLeftovers(left.imageMounts(), left.loops(), List.of())));
      }
      plan.must(
          place.mountedAt().isPresent()
              ? disk(new DiskStep.RemountWritable(state))
              : disk(new DiskStep.Mount(place.device(), state, place.filesystem())));
      mount(node.oem(), "oem", "/oem");
      setNextEntry(AGAIN);
      mount(node.persistent(), "persistent", "/usr/local");
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

    private void mount(Optional<Place> wanted, String name, String inside) {
      wanted.ifPresent(
          found -> {
            Path at = found.mountedAt().orElse(node.mounts().resolve(name));
            if (found.mountedAt().isEmpty()) {
              plan.must(disk(new DiskStep.Mount(found.device(), at, found.filesystem())));
            }
            binds.put(inside, at);
          });
    }

    /** The last word of a reset that formats the OEM partition is the new partition itself. */
    private void setNextEntry(String entry) {
      if (binds.containsKey("/oem")) {
        plan.must(
            boot(
                new BootStep.SetVariables(
                    binds.get("/oem").resolve("grubenv"), Map.of("next_entry", entry))));
      }
    }

    private void deploy() {
      plan.milestone("active");
      plan.must(disk(new DiskStep.DeleteFile(transition)));
      plan.must(disk(new DiskStep.DeleteFile(image(InstalledNode.PREVIOUS))));
      plan.must(
          disk(
              new DiskStep.RequireRoom(
                  state, facts.content().plus(Deployment.SPARE), "the new system")));
      new Deployment(
              source,
              facts,
              transition,
              Deployment.size(facts, request.size()),
              Slot.ACTIVE.label(),
              system)
          .addTo(plan);
      if (!request.extraFolders().isEmpty()) {
        plan.should(new NodeStep.MakeExtraFolders(system, request.extraFolders()));
      }
      if (facts.hasSelinuxPolicy()) {
        plan.must(new NodeStep.RelabelForSelinux(system));
      }
      plan.strict(new NodeStep.RunStageInImage("after-reset-chroot", system, binds));
      plan.must(new NodeStep.CheckSystem(system));
      plan.should(
          new NodeStep.RecordSystem(
              transition.getParent(), InstalledNode.TRANSITION, system, source));
      bootLoader();
      plan.must(boot(new BootStep.SetTitle(system, state, request.title())));
      plan.must(disk(new DiskStep.UnmountImage(transition, system)));
      plan.must(disk(new DiskStep.CheckImage(transition)));
    }

    private void bootLoader() {
      plan.milestone("bootloader");
      boolean isEfi = node.firmware() == Firmware.EFI;
      if (isEfi) {
        plan.must(disk(new DiskStep.Mount(node.efi().get().device(), efi, Filesystem.VFAT)));
        String arch = BootPerformer.architecture();
        plan.must(boot(new BootStep.CopyEfiModules(system, state, arch)));
        plan.must(boot(new BootStep.CopyEfiLoaders(system, efi, arch)));
      } else {
        plan.must(boot(new BootStep.InstallBiosGrub(place.disk(), system, state, place.device())));
      }
      plan.must(boot(new BootStep.StageMenu(system, state, request.tty())));
      plan.must(boot(new BootStep.PublishMenu(state, isEfi ? Optional.of(efi) : Optional.empty())));
    }

    private void rotate() {
      plan.milestone("passive");
      plan.must(disk(new DiskStep.Publish(transition, active)));
      plan.must(disk(new DiskStep.CopyFile(active, transition)));
      plan.must(disk(new DiskStep.LabelImage(transition, Slot.PASSIVE.label())));
      plan.must(disk(new DiskStep.Publish(transition, image(Slot.PASSIVE.file()))));
      plan.must(boot(BootAssessment.end(state)));
    }

    private void forget() {
      plan.milestone("format");
      if (request.formatsPersistent()) {
        node.persistent()
            .ifPresent(
                found -> {
                  plan.must(new NodeStep.CarryDiary(binds.get("/usr/local"), state));
                  format(found, "COS_PERSISTENT", "/usr/local");
                  plan.must(new NodeStep.CarryDiary(state, binds.get("/usr/local")));
                  plan.must(disk(new DiskStep.DeleteFile(state.resolve(NodeDiary.FILE))));
                });
      }
      if (request.formatsOem()) {
        node.oem().ifPresent(found -> format(found, "COS_OEM", "/oem"));
      }
    }

    private void format(Place found, String label, String inside) {
      List<Path> mounts = new ArrayList<>(found.mounts());
      if (mounts.isEmpty()) {
        mounts.add(binds.get(inside));
      }
      mounts.reversed().forEach(at -> plan.must(disk(new DiskStep.Unmount(at))));
      plan.must(
          disk(
              new DiskStep.Format(
                  found.device(),
                  found.filesystem(),
                  Optional.of(label),
                  Deployment.formatOptions(found.filesystem()))));
      plan.must(disk(new DiskStep.Mount(found.device(), binds.get(inside), found.filesystem())));
    }

    private void record() {
      if (binds.containsKey("/usr/local")) {
        plan.should(
            new NodeStep.RecordInDiary(
                NodeDiary.Event.RESET, binds.get("/usr/local"), source.text()));
      }
    }

    private Path image(String file) {
      return state.resolve(Slot.FOLDER).resolve(file);
    }

    private void stage(String name) {
      plan.strict(new NodeStep.RunStage(name, List.of()));
    }
  }

  private static NodeStep disk(DiskStep step) {
    return new NodeStep.OnDisk(step);
  }

  private static NodeStep boot(BootStep step) {
    return new NodeStep.OnBoot(step);
  }
}
