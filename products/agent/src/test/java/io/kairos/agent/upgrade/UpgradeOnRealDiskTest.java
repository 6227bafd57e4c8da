package io.kairos.agent.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.install.InstallRequest;
import io.kairos.agent.install.Installer;
import io.kairos.agent.node.FakeSystem;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.upgrade.UpgradeRequest.Target;
import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.BootStep;
import io.kairos.formats.filesystem.Superblock;
import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.host.Kernel;
import io.kairos.plan.Faults;
import io.kairos.plan.Performer;
import io.kairos.plan.Progress;
import io.kairos.plan.Step;
import io.kairos.plan.Undo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A node of a few files on a loop device, upgraded as it would be after a boot. */
@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class UpgradeOnRealDiskTest {
  private static final String ACTIVE = "root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img";
  private static final String PASSIVE = "root=LABEL=COS_PASSIVE cos-img/filename=/cOS/passive.img";

  @TempDir Path root;
  private Lab lab;
  private final List<String> stagesRun = new ArrayList<>();

  @BeforeEach
  void install() throws IOException {
    lab = Lab.withDisk(root, Bytes.ofMib(4096));
    Path config = Files.writeString(lab.path("/merged.yaml"), "#cloud-config\nhostname: box\n");
    new Installer(lab, lab::at, boot(), (_, _, _) -> {}, Progress.SILENT, Faults.NONE)
        .install(
            new InstallRequest(
                lab.disk().toString(),
                Optional.empty(),
                Optional.of(new SystemSource.Tree(system("first"))),
                InstallRequest.Sizes.DEFAULTS,
                List.of(),
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(config),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                false,
                false,
                false,
                Optional.empty(),
                new InstallRequest.Afterwards(false, false)));
    lab.shutDown();
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private Path system(String version) throws IOException {
    Path tree = root.resolve("systems").resolve(version);
    if (!Files.exists(tree)) {
      FakeSystem.in(Files.createDirectories(tree));
      Files.writeString(tree.resolve("etc/version"), version);
    }
    return tree;
  }

  /** The fake system has no programs, so GRUB's own installer is left out. */
  private Performer<BootStep> boot() {
    var real = new BootPerformer(lab, lab::at);
    return (step, progress) ->
        step instanceof BootStep.InstallBiosGrub ? Undo.NOTHING : real.perform(step, progress);
  }

  private Upgrader upgrader(Faults faults) {
    return new Upgrader(
        lab,
        lab::at,
        boot(),
        (stage, host, _) ->
            stagesRun.add(host == lab ? stage : stage + " in " + host.path("/").getFileName()),
        Progress.SILENT,
        faults);
  }

  private static UpgradeRequest wanted(Target target) {
    return new UpgradeRequest(
        target, Optional.empty(), Optional.empty(), List.of(), List.of(), false);
  }

  private void upgrade(Target target, String version, Faults faults) throws IOException {
    upgrader(faults).upgrade(wanted(target), new SystemSource.Tree(system(version)));
  }

  private void upgradeActive(String version) throws IOException {
    upgrade(Target.ACTIVE, version, Faults.NONE);
  }

  /** As the stage boot.before of a system that came up. */
  private void comeUp() throws IOException {
    Path state = state();
    Kernel kernel = lab.kernel();
    boolean wasReadOnly = isReadOnly(state);
    kernel.mount("", state, "", Set.of(Kernel.MountFlag.REMOUNT), "");
    Files.deleteIfExists(state.resolve("boot_assessment"));
    if (wasReadOnly) {
      kernel.mount("", state, "", Set.of(Kernel.MountFlag.REMOUNT, Kernel.MountFlag.READ_ONLY), "");
    }
  }

  private Path state() {
    return root.resolve("run/initramfs/cos-state");
  }

  private Path image(String name) {
    return state().resolve("cOS").resolve(name);
  }

  /** Version and label of an image that can be booted. */
  private String look(Path image) throws IOException {
    Path at = lab.lookInto(image);
    try {
      assertThat(at.resolve("boot/vmlinuz")).hasContent("kernel\n");
      assertThat(at.resolve("boot/initrd")).exists();
      return Files.readString(at.resolve("etc/version")) + " " + label(image);
    } finally {
      lab.lookAway(at);
    }
  }

  private static String label(Path image) throws IOException {
    try (var channel = Files.newByteChannel(image)) {
      return Superblock.read(channel).flatMap(Superblock::label).orElse("");
    }
  }

  private List<String> images() throws IOException {
    try (var files = Files.list(state().resolve("cOS"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Map<String, String> variables(Path file) throws IOException {
    return GrubEnvironment.parse(Files.readAllBytes(file)).variables();
  }

  /** Assertion A.9, first row. */
  @Test
  void fromActiveTheOldSystemBecomesThePassiveOne() throws IOException {
    lab.boot(ACTIVE);
    List<String> before = lab.mountsLeft();

    upgradeActive("second");

    assertThat(images()).containsExactly("active.img", "passive.img");
    assertThat(look(image("active.img"))).isEqualTo("second COS_ACTIVE");
    assertThat(look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
    assertThat(stagesRun)
        .containsExactly("before-upgrade", "after-upgrade-chroot in transition", "after-upgrade");
    assertThat(variables(state().resolve("boot_assessment")))
        .containsEntry("enable_boot_assessment", "yes")
        .doesNotContainKey("boot_assessment_tentative");
    assertThat(variables(root.resolve("oem/grubenv"))).containsEntry("next_entry", "cos");
    assertThat(root.resolve("usr/local/.kairos-state"))
        .content()
        .contains("first-install-source: dir://" + root.resolve("systems/first"))
        .contains("last-active-upgrade: \"2026-07-21T09:51:00Z\"")
        .contains("last-active-source: dir://" + root.resolve("systems/second"))
        .contains("last-recovery-upgrade: never");
    assertThat(lab.mountsLeft()).isEqualTo(before);
    assertThat(lab.loopsLeft()).isEmpty();
    assertThat(isReadOnly(state())).isTrue();
  }

  private boolean isReadOnly(Path at) {
    return lab.kernel().mounts().stream()
        .filter(mount -> mount.target().equals(at))
        .allMatch(Kernel.MountEntry::isReadOnly);
  }

  /** Assertion A.9, second row. */
  @Test
  void fromPassiveThePassiveSystemStays() throws IOException {
    lab.boot(PASSIVE);
    upgradeActive("second");
    assertThat(look(image("active.img"))).isEqualTo("second COS_ACTIVE");
    assertThat(look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
  }

  /** Agent 7.3, 4: the last system that came up is never thrown away for one that did not. */
  @Test
  void anActiveSystemThatNeverCameUpDoesNotReplaceThePassiveOne() throws IOException {
    lab.boot(ACTIVE);
    upgradeActive("second");
    upgradeActive("third");
    assertThat(look(image("active.img"))).isEqualTo("third COS_ACTIVE");
    assertThat(look(image("passive.img"))).isEqualTo("first COS_PASSIVE");

    comeUp();
    upgradeActive("fourth");
    assertThat(look(image("passive.img"))).isEqualTo("third COS_PASSIVE");
  }

  @Test
  void theRecoverySystemIsReplacedAlone() throws IOException {
    lab.boot(ACTIVE);
    upgrade(Target.RECOVERY, "second", Faults.NONE);

    assertThat(look(image("active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(state().resolve("boot_assessment")).doesNotExist();
    Path recovery = lab.look(3);
    assertThat(look(recovery.resolve("cOS/recovery.img"))).isEqualTo("second COS_SYSTEM");
    assertThat(root.resolve("usr/local/.kairos-state"))
        .content()
        .contains("last-active-upgrade: never")
        .contains("last-recovery-source: dir://" + root.resolve("systems/second"));
  }

  @Test
  void aSquashedRecoverySystemIsGoneOnceTheImageIsThere() throws IOException {
    lab.kernel().mount(lab.disk() + "p3", made("mnt"), "ext4", Set.of(), "");
    Path images = root.resolve("mnt/cOS");
    Files.move(images.resolve("recovery.img"), images.resolve("recovery.squashfs"));
    lab.kernel().unmount(root.resolve("mnt"));
    lab.boot(ACTIVE);

    upgrade(Target.RECOVERY, "second", Faults.NONE);

    try (var files = Files.list(lab.look(3).resolve("cOS"))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("recovery.img");
    }
  }

  private Path made(String folder) throws IOException {
    return Files.createDirectories(root.resolve(folder));
  }

  @Test
  void aSystemThatCannotBeBootedNeverGetsARole() throws IOException {
    lab.boot(ACTIVE);
    Files.delete(system("broken").resolve("boot/initrd"));
    List<String> before = lab.mountsLeft();

    assertThatThrownBy(() -> upgradeActive("broken"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("the new system has no /boot/initrd");

    assertThat(images()).containsExactly("active.img", "passive.img");
    assertThat(look(image("active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
    assertThat(state().resolve("boot_assessment")).doesNotExist();
    assertThat(lab.mountsLeft()).isEqualTo(before);
    assertThat(lab.loopsLeft()).isEmpty();
  }

  @Test
  void pathsAreLeftOutAndFoldersAreMade() throws IOException {
    lab.boot(ACTIVE);
    upgrader(Faults.NONE)
        .upgrade(
            new UpgradeRequest(
                Target.ACTIVE,
                Optional.empty(),
                Optional.of("My node"),
                List.of("/srv/extra"),
                List.of("/usr/share/grub", "*-tool"),
                false),
            new SystemSource.Tree(system("second")));

    Path active = lab.lookInto(image("active.img"));
    assertThat(active.resolve("usr/share/grub")).doesNotExist();
    assertThat(active.resolve("usr/bin/same-tool")).doesNotExist();
    assertThat(active.resolve("usr/bin/tool")).exists();
    assertThat(active.resolve("srv/extra")).isDirectory();
    assertThat(variables(state().resolve("grub_oem_env")))
        .containsEntry("default_menu_entry", "My node");
  }

  @Test
  void whatRunsFromTheMediumCannotBeUpgraded() {
    lab.boot("cdroot root=live:CDLABEL=COS_LIVE");
    assertThatThrownBy(() -> upgradeActive("second"))
        .hasMessageContaining("cannot upgrade from live media/unknown boot state");
  }

  @Test
  void powerLossAroundAnyStepLeavesTwoCompleteSlotsAndARerunSucceeds() throws IOException {
    for (Target target : Target.values()) {
      int cuts = 0;
      for (int point = 0; isCut(target, point); point++) {
        cuts++;
        assertThat(look(image("active.img"))).as("after cut %d", point).endsWith("COS_ACTIVE");
        assertThat(look(image("passive.img"))).as("after cut %d", point).endsWith("COS_PASSIVE");
      }
      assertThat(cuts).isGreaterThanOrEqualTo(target == Target.ACTIVE ? 40 : 30);
      comeUp();
      upgrade(target, "last", Faults.NONE);
      assertThat(images()).containsExactly("active.img", "passive.img");
      assertThat(look(image("active.img"))).isEqualTo("last COS_ACTIVE");
    }
  }

  /**
   * Each run finds what the one before left. In turn the process is killed, so that its mounts and
   * loop devices stay, and the power is cut, so that what was not flushed is lost.
   */
  private boolean isCut(Target target, int point) throws IOException {
    if (lab.mountsLeft().isEmpty()) {
      lab.boot(ACTIVE);
    }
    comeUp();
    try {
      upgrade(target, "run" + point % 7, cutAt(point));
      return false;
    } catch (Faults.PowerLoss loss) {
      if (point % 4 >= 2) {
        lab.cutPower();
        lab.boot(ACTIVE);
      }
      return true;
    }
  }

  /** Even points are before a step, odd ones after it. */
  private static Faults cutAt(int point) {
    return new Faults() {
      @Override
      public void before(int index, Step step) {
        cut(2 * index, step);
      }

      @Override
      public void after(int index, Step step) {
        cut(2 * index + 1, step);
      }

      private void cut(int now, Step step) {
        if (now == point) {
          throw new PowerLoss("around '" + step.summary() + "'");
        }
      }
    };
  }
}
