package io.kairos.agent.install;

import static io.kairos.agent.install.Machines.GIB;
import static io.kairos.agent.install.Machines.disk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.bundle.Bundles;
import io.kairos.agent.node.Golden;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Bytes;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.boot.Firmware;
import io.kairos.config.BundleConfig;
import io.kairos.plan.Plan;
import io.kairos.storage.PartitionTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstallPlannerTest {
  private static final SystemSource LIVE = new SystemSource.Tree(Path.of("/run/rootfsbase"));
  private static final SourceFacts SYSTEM = new SourceFacts(Bytes.ofMib(1500), 50_000, false);
  private static final Path CONFIG = Path.of("/tmp/kairos-install-config-1.yaml");

  @Test
  void anEfiMachineWithOneDisk() throws Exception {
    Golden.assertMatches(
        "install/efi.plan",
        plan(Machines.with(Firmware.EFI, disk("vda", GIB.times(40))), onto("auto")).render());
  }

  @Test
  void aBiosMachineWithOneDisk() throws Exception {
    Golden.assertMatches(
        "install/bios.plan",
        plan(Machines.with(Firmware.BIOS, disk("sda", GIB.times(40))), onto("/dev/sda")).render());
  }

  @Test
  void everythingThatAUserCanAskFor() throws Exception {
    var everything =
        new InstallRequest(
            "/dev/nvme0n1",
            Optional.empty(),
            Optional.empty(),
            sizes(Bytes.ofMib(128), Bytes.ofMib(10_000), Bytes.ofMib(20_000)),
            List.of(
                extra("data", "DATA", Bytes.ZERO, "xfs"),
                extra("swapless", "", Bytes.ofMib(512), "none"),
                extra("share", "SHARE", Bytes.ofMib(1024), "")),
            false,
            Optional.empty(),
            Optional.of("My node"),
            Optional.of("ttyS1"),
            List.of(Path.of("/tmp/first.yaml"), CONFIG),
            List.of("/srv"),
            Map.of("extra_cmdline", "quiet", "default_fallback", "1"),
            List.of("/var/lib/app"),
            List.of("/var/cache"),
            new Bundles(
                List.of(
                    new BundleConfig(
                        List.of("run://quay.io/x/a:1", "container://quay.io/x/b"),
                        "",
                        "",
                        "",
                        false)),
                true,
                false),
            true,
            true,
            true,
            Optional.empty(),
            new InstallRequest.Afterwards(true, false));
    Machine machine = Machines.with(Firmware.EFI, disk("nvme0n1", GIB.times(100)));

    Golden.assertMatches("install/everything.plan", plan(machine, everything).render());
  }

  @Test
  void aLiveMediumThatBringsASquashedRecovery() throws Exception {
    Machine plain = Machines.with(Firmware.BIOS, disk("sda", GIB.times(40)));
    var machine =
        new Machine(
            plain.firmware(),
            plain.arch(),
            plain.devices(),
            plain.mounts(),
            plain.liveRoot(),
            Optional.of(Path.of("/run/initramfs/live/recovery.squashfs")),
            true,
            Map.of("sda", Machine.Previous.INTERRUPTED),
            new Machine.Leftovers(
                List.of(Path.of("/run/cos/active")),
                List.of(Path.of("/dev/loop3")),
                List.of(Path.of("/run/cos/state"), Path.of("/run/cos/oem"))),
            plain.missingTools());

    Golden.assertMatches("install/rerun.plan", plan(machine, onto("/dev/sda")).render());
  }

  @Test
  void theStepsThatFrontEndsKnowComeInTheirOrder() {
    assertThat(
            plan(Machines.with(Firmware.EFI, disk("vda", GIB.times(40))), onto(""))
                .plan()
                .entries()
                .stream()
                .map(Plan.Entry::milestone)
                .flatMap(Optional::stream))
        .containsExactly(
            "partition",
            "before-install",
            "active",
            "bootloader",
            "recovery",
            "passive",
            "after-install");
  }

  @Test
  void sizesThatAreTooSmallForTheImagesAreRaisedAndTold() {
    var request = withSizes(sizes(Bytes.ZERO, Bytes.ofMib(100), Bytes.ZERO), List.of());

    InstallPlan plan = plan(Machines.with(Firmware.BIOS, disk("sda", GIB.times(40))), request);

    assertThat(table(plan).partition("state").sectors()).isEqualTo(5800 * 2048L);
    assertThat(plan.notes())
        .anySatisfy(
            note ->
                assertThat(note)
                    .isEqualTo(
                        "partition 'state' needs 5.7 GiB for its images;"
                            + " install.partitions.state.size (100.0 MiB) is raised"));
  }

  /** Assertion 71. */
  @Test
  void sizesThatAreLargeEnoughAreKeptAndTheEfiPartitionHas64MibByDefault() {
    Machine machine = Machines.with(Firmware.EFI, disk("vda", GIB.times(60)));
    var sizes =
        new InstallRequest.Sizes(
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ZERO,
            Bytes.ofMib(300),
            Bytes.ofMib(100),
            Bytes.ofMib(9000),
            Bytes.ofMib(10_000),
            Bytes.ofMib(5000));
    var rest = List.of(extra("rest", "", Bytes.ZERO, ""));
    InstallPlan plan = plan(machine, withSizes(sizes, rest));
    assertThat(mib(plan, "efi")).isEqualTo(300);
    assertThat(mib(plan, "oem")).isEqualTo(100);
    assertThat(mib(plan, "recovery")).isEqualTo(9000);
    assertThat(mib(plan, "state")).isEqualTo(10_000);
    assertThat(mib(plan, "persistent")).isEqualTo(5000);
    assertThat(plan.notes()).noneMatch(note -> note.contains("raised"));
    assertThat(mib(plan(machine, onto("auto")), "efi")).isEqualTo(64);
  }

  /** Assertion 72. */
  @Test
  void onlyOnePartitionTakesTheRestOfTheDisk() {
    Machine machine = Machines.with(Firmware.BIOS, disk("sda", GIB.times(40)));
    var persistent = sizes(Bytes.ZERO, Bytes.ZERO, Bytes.ofMib(100));
    assertThatThrownBy(
            () ->
                plan(
                    machine,
                    withSizes(
                        persistent,
                        List.of(extra("a", "", Bytes.ZERO, ""), extra("b", "", Bytes.ZERO, "")))))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("more than one extra partition has no size");
    assertThatThrownBy(
            () ->
                plan(
                    machine,
                    withSizes(
                        InstallRequest.Sizes.DEFAULTS, List.of(extra("a", "", Bytes.ZERO, "")))))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("an extra partition and the persistent partition both have no size");
    InstallPlan fine =
        plan(machine, withSizes(persistent, List.of(extra("a", "", Bytes.ZERO, ""))));
    assertThat(mib(fine, "persistent")).isEqualTo(100);
    assertThat(mib(fine, "a")).isGreaterThan(20_000);
  }

  private static long mib(InstallPlan plan, String partition) {
    return table(plan).partition(partition).sectors() / 2048;
  }

  private static PartitionTable table(InstallPlan plan) {
    return plan.destination().table().orElseThrow();
  }

  @Test
  void everyMistakeInExtraPartitionsIsToldAtOnceAndWithItsPlace() {
    var request =
        withSizes(
            InstallRequest.Sizes.DEFAULTS,
            List.of(
                extra("", "A", Bytes.ofMib(1), ""),
                extra("b", "B", Bytes.ofMib(1), "ext5"),
                extra("c", "A_LABEL_THAT_IS_TOO_LONG", Bytes.ofMib(1), "vfat"),
                extra("state", "D", Bytes.ofMib(1), ""),
                extra("e", "E", Bytes.ZERO, "")));

    assertThatThrownBy(
            () -> plan(Machines.with(Firmware.BIOS, disk("sda", GIB.times(40))), request))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage(
            """
            /oem/a.yaml:7:3: extra partition defined without a name
              try: give each entry of install.extra-partitions a name
            /oem/a.yaml:7:3: unsupported filesystem: ext5
              try: did you mean 'ext2'?
            /oem/a.yaml:7:3: the label 'A_LABEL_THAT_IS_TOO_LONG' is too long for vfat
              try: use at most 11 octets
            /oem/a.yaml:7:3: 'state' cannot be the name of an extra partition
              try: choose another name of at most 36 characters
            an extra partition and the persistent partition both have no size
              try: set install.partitions.persistent.size, or give the extra partition a size\
            """);
  }

  private static InstallPlan plan(Machine machine, InstallRequest request) {
    return new InstallPlanner(machine, request, LIVE, SYSTEM).plan();
  }

  private static InstallRequest onto(String device) {
    return InstallRequest.onto(device).withCloudInit(CONFIG);
  }

  private static InstallRequest withSizes(
      InstallRequest.Sizes sizes, List<InstallRequest.ExtraPartition> extras) {
    InstallRequest plain = InstallRequest.onto("auto");
    return new InstallRequest(
        plain.device(),
        plain.devicePosition(),
        plain.source(),
        sizes,
        extras,
        plain.force(),
        plain.noFormat(),
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
  }

  private static InstallRequest.Sizes sizes(Bytes efi, Bytes state, Bytes persistent) {
    return new InstallRequest.Sizes(
        Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, efi, Bytes.ZERO, Bytes.ZERO, state, persistent);
  }

  private static InstallRequest.ExtraPartition extra(
      String name, String label, Bytes size, String filesystem) {
    return new InstallRequest.ExtraPartition(
        name,
        label.isEmpty() ? Optional.empty() : Optional.of(label),
        size,
        filesystem,
        Optional.of(new Position("/oem/a.yaml", 7, 3)));
  }
}
