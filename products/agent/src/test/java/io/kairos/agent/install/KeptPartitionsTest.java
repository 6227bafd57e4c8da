package io.kairos.agent.install;

import static io.kairos.agent.install.Machines.GIB;
import static io.kairos.agent.install.Machines.biosBoot;
import static io.kairos.agent.install.Machines.disk;
import static io.kairos.agent.install.Machines.inUse;
import static io.kairos.agent.install.Machines.partition;
import static io.kairos.agent.install.Machines.prepared;
import static io.kairos.agent.install.Machines.removable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.node.Golden;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Bytes;
import io.kairos.base.Position;
import io.kairos.base.Refused;
import io.kairos.boot.Firmware;
import io.kairos.plan.Plan;
import io.kairos.plan.Step;
import io.kairos.storage.Disk;
import io.kairos.storage.DiskStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code install.no-format}: what is there stays, and what is missing is told. */
class KeptPartitionsTest {
  private static final Position HERE = new Position("/oem/a.yaml", 3, 14);
  private static final Bytes CONTENT = Bytes.ofMib(1500);

  private static final Disk SDA =
      prepared(
          disk("sda", GIB.times(40)),
          biosBoot("sda", 1),
          partition("sda", 2, Bytes.ofMib(64), "ext4", "COS_OEM"),
          partition("sda", 3, GIB.times(4), "ext4", "COS_RECOVERY"),
          partition("sda", 4, GIB.times(6), "ext4", "COS_STATE"),
          partition("sda", 5, GIB.times(20), "xfs", "COS_PERSISTENT"));

  private static final Disk EFI_WITHOUT_PERSISTENT =
      prepared(
          disk("sda", GIB.times(40)),
          partition("sda", 1, Bytes.ofMib(64), "vfat", "COS_GRUB"),
          partition("sda", 7, Bytes.ofMib(64), "ext4", "COS_OEM"),
          partition("sda", 3, GIB.times(4), "ext4", "COS_RECOVERY"),
          partition("sda", 4, GIB.times(6), "ext4", "COS_STATE"));

  private static final Disk DATA =
      prepared(
          disk("sdb", GIB.times(400)),
          partition("sdb", 1, GIB.times(400), "ext4", "COS_PERSISTENT"));

  @Test
  void aPreparedDisk() throws Exception {
    Golden.assertMatches(
        "install/no-format.plan", plan(machine(Firmware.BIOS, SDA), "auto", false).render());
  }

  @Test
  void overAnInstallationWhosePersistentPartitionIsOnAnotherDisk() throws Exception {
    Golden.assertMatches(
        "install/no-format-force.plan",
        plan(installed(machine(Firmware.EFI, EFI_WITHOUT_PERSISTENT, DATA)), "/dev/sda", true)
            .render());
  }

  @Test
  void nothingIsPartitionedOrFormattedAndFrontEndsHearOfNoSuchStep() {
    Plan<?> plan = plan(machine(Firmware.BIOS, SDA), "auto", false).plan();

    assertThat(plan.steps())
        .extracting(Step::kind)
        .doesNotContain("write-table", "format", "deactivate", "await-partitions")
        .contains("mount", "publish");
    assertThat(plan.entries().getFirst().milestone()).isEmpty();
  }

  @Test
  void programsSeeWhichPartitionsAreKept() {
    assertThat(plan(machine(Firmware.BIOS, SDA), "auto", false).json())
        .contains("\"disk\": \"/dev/sda\"", "\"device\": \"/dev/sda4\"", "\"COS_STATE\"")
        .doesNotContain("firstSector");
  }

  /** Assertion 68; upstream goes on with an empty target when there is none. */
  @Test
  void automaticMeansTheDiskThatCarriesTheStatePartition() {
    Machine machine = machine(Firmware.BIOS, disk("sdb", GIB.times(900)), SDA);
    assertThat(plan(machine, "auto", false).destination().disk()).isEqualTo(SDA);

    assertThatThrownBy(
            () -> plan(machine(Firmware.BIOS, disk("sdb", GIB.times(900))), "auto", false))
        .isInstanceOf(Refused.class)
        .hasMessage(
            """
            /oem/a.yaml:3:14: no disk has a file system labelled COS_STATE, whose partitions install.no-format would keep
              try: name the disk in install.device to hear what it lacks, or remove install.no-format\
            """);
  }

  @Test
  void automaticNeverChoosesBetweenTwoNorTakesARemovableOne() {
    Disk other =
        prepared(disk("sdc", GIB.times(40)), SDA.partitions().toArray(new Disk.Partition[0]));
    assertThatThrownBy(() -> plan(machine(Firmware.BIOS, SDA, other), "auto", false))
        .hasMessageContaining("several disks have a file system labelled COS_STATE")
        .hasMessageContaining("/dev/sda (40.0 GiB, QEMU HARDDISK), /dev/sdc (40.0 GiB");
    assertThatThrownBy(() -> plan(machine(Firmware.BIOS, removable(SDA)), "auto", false))
        .hasMessageContaining("/dev/sda is removable");
  }

  @Test
  void everythingThatIsMissingIsToldWithTheWayToMakeIt() {
    assertThatThrownBy(
            () ->
                plan(
                    machine(
                        Firmware.BIOS,
                        prepared(
                            disk("sda", GIB.times(40)),
                            partition("sda", 1, GIB, "ext4", "COS_STATE"),
                            partition("sda", 2, GIB, "btrfs", "COS_OEM"))),
                    "/dev/sda",
                    false))
        .isInstanceOf(Refused.class)
        .hasMessage(
            """
            /oem/a.yaml:3:14: install.no-format keeps partitions that are not fit for an installation:
              COS_OEM on /dev/sda2 is btrfs: make a partition named 'oem' of at least 16.0 MiB, and on it mkfs.ext4 -O ^metadata_csum_seed -L COS_OEM
              no file system is labelled COS_RECOVERY: make a partition named 'recovery' of at least 1.6 GiB, and on it mkfs.ext4 -O ^metadata_csum_seed -L COS_RECOVERY
              COS_STATE on /dev/sda1 has 1.0 GiB: make a partition named 'state' of at least 4.7 GiB, and on it mkfs.ext4 -O ^metadata_csum_seed -L COS_STATE
              no file system is labelled COS_PERSISTENT: make a partition named 'persistent' of at least 16.0 MiB, and on it mkfs.ext4 -O ^metadata_csum_seed -L COS_PERSISTENT
              /dev/sda has no BIOS boot partition for GRUB: make one of 1 MiB with the type 21686148-6449-6e6f-744e-656564454649
              try: a layout step in the stage kairos-install.pre.before makes them too; without install.no-format the whole disk is partitioned\
            """);
  }

  @Test
  void anEfiMachineNeedsAnEfiPartitionInstead() {
    assertThatThrownBy(() -> plan(machine(Firmware.EFI, SDA), "auto", false))
        .hasMessageContaining("no file system is labelled COS_GRUB")
        .hasMessageContaining("mkfs.vfat -n COS_GRUB")
        .hasMessageNotContaining("BIOS boot partition");
  }

  @Test
  void aPartitionInUseOrOneOfTwoIsNotTaken() {
    Disk busy =
        inUse(
            disk("sdb", GIB.times(40)),
            "COS_PERSISTENT",
            "on /data",
            Optional.of(Path.of("/data")));
    assertThatThrownBy(
            () -> plan(machine(Firmware.EFI, EFI_WITHOUT_PERSISTENT, busy), "auto", false))
        .hasMessageContaining("COS_PERSISTENT is in use: /dev/sdb3 on /data: unmount it");
    Disk second =
        prepared(disk("sdc", GIB.times(4)), partition("sdc", 1, GIB, "ext4", "COS_PERSISTENT"));
    assertThatThrownBy(
            () -> plan(machine(Firmware.EFI, EFI_WITHOUT_PERSISTENT, DATA, second), "auto", false))
        .hasMessageContaining(
            "several file systems are labelled COS_PERSISTENT, /dev/sdb1, /dev/sdc1");
  }

  /** Assertion 68; upstream looks for the labels of images among partitions and never finds one. */
  @Test
  void anInstalledSystemIsReplacedOnlyByForce() {
    Machine machine = installed(machine(Firmware.BIOS, SDA));

    assertThatThrownBy(() -> plan(machine, "auto", false))
        .isInstanceOf(Refused.class)
        .hasMessageStartingWith("/oem/a.yaml:3:14: /dev/sda4 holds an installed system")
        .hasMessageContaining(
            "use the `force` flag to run an installation over the current running deployment");
    assertThat(plan(machine, "auto", true).notes())
        .contains("/dev/sda4 holds an installation, whose systems are replaced");
  }

  /** Two complete systems stay until a new one is there, so room for one more is enough. */
  @Test
  void roomIsAskedForBeforeAnythingIsWritten() {
    assertThat(rooms(plan(machine(Firmware.BIOS, SDA), "auto", false)))
        .containsExactly(Bytes.ofMib(3200), Bytes.ofMib(1600));
    assertThat(rooms(plan(installed(machine(Firmware.BIOS, SDA)), "auto", true)))
        .containsExactly(Bytes.ofMib(1600), Bytes.ofMib(1600));
  }

  private static List<Bytes> rooms(InstallPlan plan) {
    return plan.plan().steps().stream()
        .flatMap(
            step ->
                step instanceof NodeStep.OnDisk(DiskStep.RequireRoom room)
                    ? Stream.of(room.needed())
                    : Stream.empty())
        .toList();
  }

  private static Machine machine(Firmware firmware, Disk... disks) {
    return Machines.with(firmware, disks);
  }

  private static Machine installed(Machine machine) {
    return new Machine(
        machine.firmware(),
        machine.arch(),
        machine.devices(),
        machine.mounts(),
        machine.liveRoot(),
        machine.liveRecovery(),
        machine.bootedFromCd(),
        Map.of("sda", Machine.Previous.COMPLETE),
        machine.leftovers(),
        machine.missingTools());
  }

  private static InstallPlan plan(Machine machine, String device, boolean force) {
    InstallRequest plain =
        InstallRequest.onto(device).withCloudInit(Path.of("/tmp/kairos-install-config-1.yaml"));
    var request =
        new InstallRequest(
            plain.device(),
            plain.devicePosition(),
            plain.source(),
            plain.sizes(),
            plain.extraPartitions(),
            force,
            Optional.of(new InstallRequest.NoFormat(Optional.of(HERE))),
            plain.bootEntryName(),
            plain.tty(),
            plain.cloudInit(),
            plain.extraFolders(),
            plain.grubOptions(),
            plain.bindMounts(),
            plain.ephemeralMounts(),
            plain.bundles(),
            plain.hardensSsh(),
            plain.ejectsCd(),
            plain.isStrict(),
            plain.firmware(),
            plain.afterwards());
    return new InstallPlanner(
            machine,
            request,
            new SystemSource.Tree(Path.of("/run/rootfsbase")),
            new SourceFacts(CONTENT, 50_000, false))
        .plan();
  }
}
