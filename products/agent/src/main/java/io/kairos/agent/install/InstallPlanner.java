package io.kairos.agent.install;

import io.kairos.agent.node.Deployment;
import io.kairos.agent.node.NodeDiary;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Refused;
import io.kairos.boot.BootStep;
import io.kairos.boot.Firmware;
import io.kairos.boot.Slot;
import io.kairos.plan.Plan;
import io.kairos.storage.Disk;
import io.kairos.storage.DiskStep;
import io.kairos.storage.Filesystem;
import io.kairos.storage.PartitionSpec;
import io.kairos.storage.PartitionTable;
import java.nio.file.Path;
import java.util.ArrayList;
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
    if (!machine.missingTools().isEmpty()) {
      throw new Refused(
          "this system lacks what installing needs: " + String.join(", ", machine.missingTools()),
          "boot an image that has them (packages fdisk, util-linux, e2fsprogs, dosfstools,"
              + " coreutils)");
    }
    DiskLayout layout = DiskLayout.of(firmware(), facts, request);
    var choice = new DiskChoice(machine, layout.needed());
    Disk disk =
        request.picksDisk()
            ? choice.automatic()
            : choice.named(request.device(), request.devicePosition(), request.force());
    var table =
        PartitionTable.place(disk.device(), disk.size(), disk.sectorSize(), layout.partitions());
    var notes = new ArrayList<>(layout.notes());
    if (request.picksDisk()) {
      notes.add("installing to " + disk.describe() + ", the largest free disk");
    }
    switch (machine.previous().get(disk.name())) {
      case INTERRUPTED ->
          notes.add(disk.device() + " holds an interrupted installation, starting over");
      case COMPLETE -> notes.add(disk.device() + " holds an installation, which is replaced");
      case null -> {
        if (!disk.partitions().isEmpty() || disk.content().isPresent()) {
          notes.add("everything on " + disk.device() + " will be lost");
        }
      }
    }
    machine.devices().disks().stream()
        .filter(other -> !other.equals(disk) && other.partitionLabelled("COS_STATE").isPresent())
        .forEach(
            other ->
                notes.add(
                    other.device()
                        + " holds an installation too; GRUB may start either of them, so remove"
                        + " that disk or wipe it"));
    return new InstallPlan(
        table, notes, preparation(), new Draft(disk, table, layout.images()).plan());
  }

  private Firmware firmware() {
    return request.firmware().orElse(machine.firmware());
  }

  private Plan<NodeStep> preparation() {
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
    private final Disk disk;
    private final PartitionTable table;
    private final DiskLayout.Images images;
    private final Plan.Builder<NodeStep> plan = Plan.named("install");
    private final Path efi = machine.mounts().resolve("efi");
    private final Path oem = machine.mounts().resolve("oem");
    private final Path persistent = machine.mounts().resolve("persistent");
    private final Path recovery = machine.mounts().resolve("recovery");
    private final Path state = machine.mounts().resolve("state");
    private final Path system = machine.mounts().resolve("active");
    private final Path marker = state.resolve(Machine.UNFINISHED);

    Draft(Disk disk, PartitionTable table, DiskLayout.Images images) {
      this.disk = disk;
      this.table = table;
      this.images = images;
    }

    Plan<NodeStep> plan() {
      partition();
      mountPartitions();
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
      plan.must(
          boot(new BootStep.PublishMenu(state, isEfi() ? Optional.of(efi) : Optional.empty())));
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

    private void partition() {
      plan.milestone("partition");
      Machine.Leftovers left = machine.leftovers();
      if (!left.equals(Machine.Leftovers.NONE)) {
        plan.must(
            disk(new DiskStep.ReleaseLeftovers(left.imageMounts(), left.loops(), left.mounts())));
      }
      if (disk.hasHolders()) {
        plan.must(disk(new DiskStep.Deactivate(disk.device())));
      }
      plan.must(disk(new DiskStep.WriteTable(table)));
      plan.must(disk(new DiskStep.AwaitPartitions(table)));
      for (PartitionTable.PlacedPartition placed : table.partitions()) {
        PartitionSpec spec = placed.spec();
        if (spec.filesystem() != Filesystem.NONE) {
          plan.must(
              disk(
                  new DiskStep.Format(
                      table.node(placed),
                      spec.filesystem(),
                      spec.label(),
                      Deployment.formatOptions(spec.filesystem()))));
        }
      }
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
      PartitionTable.PlacedPartition placed = table.partition(name);
      plan.must(disk(new DiskStep.Mount(table.node(placed), at, placed.spec().filesystem())));
    }

    private void unmountPartitions() {
      for (Path at : List.of(state, recovery, persistent, oem)) {
        plan.must(disk(new DiskStep.Unmount(at)));
      }
      if (isEfi()) {
        plan.must(disk(new DiskStep.Unmount(efi)));
      }
    }

    private void deployActive() {
      plan.milestone("active");
      Path file = temporary(image(state, Slot.ACTIVE.file()));
      new Deployment(source, facts, file, images.active(), Slot.ACTIVE.label(), system).addTo(plan);
    }

    private void configure() {
      if (!request.extraFolders().isEmpty()) {
        plan.should(new NodeStep.MakeExtraFolders(system, request.extraFolders()));
      }
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
        plan.must(boot(new BootStep.CopyEfiModules(system, state, machine.arch())));
        plan.must(boot(new BootStep.CopyEfiLoaders(system, efi, machine.arch())));
      } else {
        plan.must(
            boot(
                new BootStep.InstallBiosGrub(
                    disk.device(), system, state, table.node(table.partition("state")))));
      }
      plan.must(boot(new BootStep.StageMenu(system, state, request.tty())));
    }

    private void finishActive() {
      if (facts.hasSelinuxPolicy()) {
        plan.must(new NodeStep.RelabelForSelinux(system));
      }
      plan.strict(
          new NodeStep.RunStageInImage(
              "after-install-chroot", system, Map.of("/oem", oem, "/usr/local", persistent)));
      plan.must(boot(new BootStep.SetTitle(system, state, request.bootEntryName())));
      plan.must(new NodeStep.CheckSystem(system));
      Path active = image(state, Slot.ACTIVE.file());
      plan.should(
          new NodeStep.RecordSystem(
              active.getParent(), temporary(active).getFileName().toString(), system, source));
      plan.must(disk(new DiskStep.UnmountImage(temporary(active), system)));
      plan.must(disk(new DiskStep.CheckImage(temporary(active))));
      publish(active);
    }

    private void deployRecovery() {
      plan.milestone("recovery");
      if (machine.liveRecovery().isPresent()) {
        Path squashed = image(recovery, Slot.SQUASHED_RECOVERY);
        plan.must(disk(new DiskStep.CopyFile(machine.liveRecovery().get(), temporary(squashed))));
        publish(squashed);
      } else {
        copyActive(image(recovery, Slot.RECOVERY.file()), Slot.RECOVERY.label());
      }
    }

    private void deployPassive() {
      plan.milestone("passive");
      copyActive(image(state, Slot.PASSIVE.file()), Slot.PASSIVE.label());
    }

    /** Of an image that has been checked, so the copy is not. */
    private void copyActive(Path target, String label) {
      plan.must(disk(new DiskStep.CopyFile(image(state, Slot.ACTIVE.file()), temporary(target))));
      plan.must(disk(new DiskStep.LabelImage(temporary(target), label)));
      publish(target);
    }

    private void publish(Path target) {
      plan.must(disk(new DiskStep.Publish(temporary(target), target)));
    }

    private void postInstall() {
      if (!request.grubOptions().isEmpty()) {
        plan.must(boot(new BootStep.SetVariables(oem.resolve("grubenv"), request.grubOptions())));
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

    private static NodeStep disk(DiskStep step) {
      return new NodeStep.OnDisk(step);
    }

    private static NodeStep boot(BootStep step) {
      return new NodeStep.OnBoot(step);
    }
  }
}
