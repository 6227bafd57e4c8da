package io.kairos.agent.install;

import io.kairos.agent.node.Deployment;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.NodeDiary;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.boot.BootAssessment;
import io.kairos.boot.BootStep;
import io.kairos.boot.Firmware;
import io.kairos.boot.Slot;
import io.kairos.plan.Plan;
import io.kairos.storage.DiskStep;
import io.kairos.storage.Filesystem;
import io.kairos.storage.PartitionTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides how a system gets onto a disk, and touches nothing: same machine, source and request,
 * same plan. Until the table is written the disk is as it was; until the boot menu is published,
 * after every image is complete, it does not boot, and a second run starts over.
 */
public final class InstallPlanner {
  private final Machine machine;
  private final InstallRequest request;
  private final SystemSource source;
  private final SourceFacts facts;

  public InstallPlanner(
      Machine machine, InstallRequest request, SystemSource source, SourceFacts facts) {
    this.machine = machine;
    this.request = request;
    this.source = source;
    this.facts = facts;
  }

  /**
   * @throws Refused when the machine, the disk or the source is not fit
   */
  public InstallPlan plan() {
    requireTools();
    DiskLayout layout = DiskLayout.of(firmware(), facts, request);
    var choice = new DestinationChoice(machine, request, facts);
    Destination destination = choice.destination(firmware(), layout);
    return new InstallPlan(
        destination, choice.notes(), preparation(), new Draft(destination, layout.images()).plan());
  }

  private void requireTools() {
    if (!machine.missingTools().isEmpty()) {
      throw new Refused(
          "this system lacks what installing needs: " + String.join(", ", machine.missingTools()),
          "boot an image that has them (packages fdisk, util-linux, e2fsprogs, dosfstools,"
              + " coreutils)");
    }
  }

  private Firmware firmware() {
    return request.firmware().orElse(machine.firmware());
  }

  /** Hooks that may change the machine, before anything is decided. */
  Plan<NodeStep> preparation() {
    return Plan.<NodeStep>named("prepare")
        .may(new NodeStep.RunStage("kairos-install.pre", request.cloudInit()))
        .may(hookProgram("pre"))
        .build();
  }

  private static NodeStep hookProgram(String when) {
    return new NodeStep.RunHookProgram(Path.of("/usr/bin/kairos-agent.install." + when + ".hook"));
  }

  /** One plan on its way. */
  private final class Draft {
    private final Destination destination;
    private final Plan.Builder<NodeStep> plan = Plan.named("install");
    private final Path efi = machine.mounts().resolve("efi");
    private final Path oem = machine.mounts().resolve("oem");
    private final Path persistent = machine.mounts().resolve("persistent");
    private final Path recovery = machine.mounts().resolve("recovery");
    private final Path state = machine.mounts().resolve("state");
    private final Path system = machine.mounts().resolve("active");
    private final Path marker = state.resolve(Machine.UNFINISHED);
    private final Path active = image(state, Slot.ACTIVE.file());
    private final Deployment deployment;

    Draft(Destination destination, DiskLayout.Images images) {
      this.destination = destination;
      this.deployment =
          new Deployment(
              source, facts, temporary(active), images.active(), Slot.ACTIVE.label(), system);
    }

    Plan<NodeStep> plan() {
      destination.table().ifPresent(_ -> plan.milestone("partition"));
      release();
      destination.table().ifPresent(this::partition);
      mountPartitions();
      if (destination.isKept()) {
        makeRoom();
      }
      plan.must(new NodeStep.MarkUnfinished(marker));
      plan.milestone("before-install");
      stage("before-install");
      plan.must(new NodeStep.HeedVeto(machine.mounts().resolve("fail_installation")));
      deployActive();
      configure();
      bootloader();
      finishActive();
      deployRecovery();
      deployPassive();
      if (destination.isKept()) {
        plan.must(NodeStep.of(BootAssessment.end(state)));
      }
      plan.must(
          NodeStep.of(
              new BootStep.PublishMenu(state, isEfi() ? Optional.of(efi) : Optional.empty())));
      postInstall();
      plan.milestone("after-install");
      stage("after-install");
      plan.should(
          new NodeStep.RecordInDiary(NodeDiary.Event.FIRST_INSTALL, persistent, source.text()));
      plan.must(new NodeStep.MarkFinished(marker));
      unmountPartitions();
      if (request.ejectsCd() && machine.bootedFromCd()) {
        plan.should(new NodeStep.EjectOnShutdown());
      }
      plan.may(new NodeStep.RunStage("kairos-install.after", request.cloudInit()));
      plan.may(hookProgram("after"));
      return plan.build();
    }

    private boolean isEfi() {
      return firmware() == Firmware.EFI;
    }

    private void release() {
      Machine.Leftovers left = machine.leftovers();
      if (!left.equals(Machine.Leftovers.NONE)) {
        plan.must(
            NodeStep.of(
                new DiskStep.ReleaseLeftovers(left.imageMounts(), left.loops(), left.mounts())));
      }
    }

    private void partition(PartitionTable table) {
      if (destination.disk().hasHolders()) {
        plan.must(NodeStep.of(new DiskStep.Deactivate(table.disk())));
      }
      plan.must(NodeStep.of(new DiskStep.WriteTable(table)));
      plan.must(NodeStep.of(new DiskStep.AwaitPartitions(table)));
      for (Destination.Volume volume : destination.volumes().values()) {
        if (volume.filesystem() != Filesystem.NONE) {
          plan.must(
              NodeStep.of(
                  new DiskStep.Format(
                      volume.device(),
                      volume.filesystem(),
                      volume.label(),
                      Deployment.formatOptions(volume.filesystem()))));
        }
      }
    }

    /**
     * Of what earlier actions left, so that none of it is taken for a system later. An installation
     * that is there keeps its systems until the new ones are complete.
     */
    private void makeRoom() {
      for (String file : List.of(InstalledNode.TRANSITION, InstalledNode.PREVIOUS)) {
        plan.must(NodeStep.of(new DiskStep.DeleteFile(image(state, file))));
      }
      for (Slot slot : List.of(Slot.ACTIVE, Slot.PASSIVE)) {
        plan.must(NodeStep.of(new DiskStep.DeleteFile(temporary(image(state, slot.file())))));
      }
      for (String file : List.of(Slot.RECOVERY.file(), Slot.SQUASHED_RECOVERY)) {
        plan.must(NodeStep.of(new DiskStep.DeleteFile(temporary(image(recovery, file)))));
      }
      plan.must(NodeStep.of(new DiskStep.DeleteFile(image(recovery, InstalledNode.TRANSITION))));
      Bytes needed = facts.content().plus(Deployment.SPARE);
      requireRoom(state, destination.previous().isPresent() ? needed : needed.times(2));
      if (machine.liveRecovery().isEmpty()) {
        requireRoom(recovery, needed);
      }
    }

    private void requireRoom(Path partition, Bytes needed) {
      plan.must(NodeStep.of(new DiskStep.RequireRoom(partition, needed, "the new system")));
    }

    private void mountPartitions() {
      if (isEfi()) {
        mount("efi", efi);
      }
      mount("oem", oem);
      mount("persistent", persistent);
      mount("recovery", recovery);
      mount("state", state);
    }

    private void mount(String name, Path at) {
      Destination.Volume volume = destination.volume(name);
      plan.must(NodeStep.of(new DiskStep.Mount(volume.device(), at, volume.filesystem())));
    }

    private void unmountPartitions() {
      for (Path at : List.of(state, recovery, persistent, oem)) {
        plan.must(NodeStep.of(new DiskStep.Unmount(at)));
      }
      if (isEfi()) {
        plan.must(NodeStep.of(new DiskStep.Unmount(efi)));
      }
    }

    private void deployActive() {
      plan.milestone("active");
      deployment.deploy(plan);
    }

    private void configure() {
      deployment.makeFolders(plan, request.extraFolders());
      int number = 0;
      for (Path cloudConfig : request.cloudInit()) {
        plan.must(
            new NodeStep.CopyCloudConfig(
                cloudConfig, oem.resolve("9" + number++ + "_custom.yaml")));
      }
    }

    private void bootloader() {
      plan.milestone("bootloader");
      if (isEfi()) {
        plan.must(NodeStep.of(new BootStep.CopyEfiModules(system, state, machine.arch())));
        plan.must(NodeStep.of(new BootStep.CopyEfiLoaders(system, efi, machine.arch())));
      } else {
        plan.must(
            NodeStep.of(
                new BootStep.InstallBiosGrub(
                    destination.disk().device(),
                    system,
                    state,
                    destination.volume("state").device())));
      }
      plan.must(NodeStep.of(new BootStep.StageMenu(system, state, request.tty())));
    }

    private void finishActive() {
      deployment.adapt(plan, "after-install-chroot", Map.of("/oem", oem, "/usr/local", persistent));
      plan.must(NodeStep.of(new BootStep.SetTitle(system, state, request.bootEntryName())));
      deployment.check(plan);
      deployment.record(plan);
      deployment.close(plan);
      publish(active);
    }

    private void deployRecovery() {
      plan.milestone("recovery");
      Path squashed = image(recovery, Slot.SQUASHED_RECOVERY);
      Path plain = image(recovery, Slot.RECOVERY.file());
      if (machine.liveRecovery().isPresent()) {
        plan.must(
            NodeStep.of(new DiskStep.CopyFile(machine.liveRecovery().get(), temporary(squashed))));
        publish(squashed);
      } else {
        copyActive(plain, Slot.RECOVERY.label());
      }
      if (destination.isKept()) { // one of the other kind would be taken for the recovery system
        plan.must(
            NodeStep.of(
                new DiskStep.DeleteFile(machine.liveRecovery().isPresent() ? plain : squashed)));
      }
    }

    private void deployPassive() {
      plan.milestone("passive");
      copyActive(image(state, Slot.PASSIVE.file()), Slot.PASSIVE.label());
    }

    /** Of an image that has been checked, so the copy is not. */
    private void copyActive(Path target, String label) {
      plan.must(NodeStep.of(new DiskStep.CopyFile(active, temporary(target))));
      plan.must(NodeStep.of(new DiskStep.LabelImage(temporary(target), label)));
      publish(target);
    }

    private void publish(Path target) {
      plan.must(NodeStep.of(new DiskStep.Publish(temporary(target), target)));
    }

    private void postInstall() {
      if (!request.grubOptions().isEmpty()) {
        plan.must(
            NodeStep.of(new BootStep.SetVariables(oem.resolve("grubenv"), request.grubOptions())));
      }
      if (!request.bundles().isEmpty()) {
        var bundles = new NodeStep.InstallBundles(request.bundles(), oem, persistent);
        if (request.bundles().mustSucceed()) {
          plan.must(bundles);
        } else {
          plan.should(bundles);
        }
      }
      if (!request.bindMounts().isEmpty() || !request.ephemeralMounts().isEmpty()) {
        plan.should(
            new NodeStep.WriteCustomMounts(oem, request.bindMounts(), request.ephemeralMounts()));
      }
      if (request.hardensSsh()) {
        plan.should(new NodeStep.WriteSshHardening(oem));
      }
      plan.should(new NodeStep.CopyLogs(persistent));
    }

    private void stage(String name) {
      plan.strict(new NodeStep.RunStage(name, request.cloudInit()));
    }

    private static Path image(Path partition, String file) {
      return partition.resolve(Slot.FOLDER).resolve(file);
    }

    private static Path temporary(Path image) {
      return image.resolveSibling(image.getFileName() + ".part");
    }
  }
}
