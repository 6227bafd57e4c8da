package io.kairos.agent.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.LabNode;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.upgrade.UpgradeRequest.Target;
import io.kairos.base.HostFailure;
import io.kairos.boot.SystemRecord;
import io.kairos.boot.SystemRecords;
import io.kairos.host.Command;
import io.kairos.host.Kernel;
import io.kairos.plan.Faults;
import io.kairos.plan.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
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
  private LabNode node;
  private Lab lab;
  private List<String> stagesRun;

  @BeforeEach
  void install() throws IOException {
    node = LabNode.installed(root);
    lab = node.lab();
    stagesRun = node.stagesRun();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private void upgrade(Target target, String version, Faults faults) throws IOException {
    upgrade(UpgradeRequest.of(target), version, faults);
  }

  private void upgrade(UpgradeRequest request, String version, Faults faults) throws IOException {
    var source = new SystemSource.Tree(node.system(version));
    node.runner(faults).apply(UpgradePlanner.now(lab, request, source), request.isStrict());
  }

  private void upgradeActive(String version) throws IOException {
    upgrade(Target.ACTIVE, version, Faults.NONE);
  }

  /** As the stage boot.before of a system that came up. */
  private void comeUp() throws IOException {
    deleteFromState("boot_assessment");
  }

  private void deleteFromState(String name) throws IOException {
    Path state = state();
    Kernel kernel = lab.kernel();
    boolean wasReadOnly = isReadOnly(state);
    kernel.mount("", state, "", Set.of(Kernel.MountFlag.REMOUNT), "");
    Files.deleteIfExists(state.resolve(name));
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

  private List<String> images() throws IOException {
    return LabNode.names(state().resolve("cOS")).stream()
        .filter(name -> name.endsWith(".img"))
        .toList();
  }

  /** Assertion A.9, first row. */
  @Test
  void fromActiveTheOldSystemBecomesThePassiveOne() throws IOException {
    lab.boot(ACTIVE);
    List<String> before = lab.mountsLeft();

    upgradeActive("second");

    assertThat(images()).containsExactly("active.img", "passive.img");
    assertThat(node.look(image("active.img"))).isEqualTo("second COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
    assertThat(stagesRun)
        .containsExactly("before-upgrade", "after-upgrade-chroot in transition", "after-upgrade");
    assertThat(LabNode.variables(state().resolve("boot_assessment")))
        .containsEntry("enable_boot_assessment", "yes")
        .doesNotContainKey("boot_assessment_tentative");
    assertThat(LabNode.variables(root.resolve("oem/grubenv"))).containsEntry("next_entry", "cos");
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
    assertThat(node.look(image("active.img"))).isEqualTo("second COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
  }

  /** Agent 7.3, 4: the last system that came up is never thrown away for one that did not. */
  @Test
  void anActiveSystemThatNeverCameUpDoesNotReplaceThePassiveOne() throws IOException {
    lab.boot(ACTIVE);
    upgradeActive("second");
    upgradeActive("third");
    assertThat(node.look(image("active.img"))).isEqualTo("third COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("first COS_PASSIVE");

    comeUp();
    upgradeActive("fourth");
    assertThat(node.look(image("passive.img"))).isEqualTo("third COS_PASSIVE");
  }

  @Test
  void theRecoverySystemIsReplacedAlone() throws IOException {
    lab.boot(ACTIVE);
    upgrade(Target.RECOVERY, "second", Faults.NONE);

    assertThat(node.look(image("active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(state().resolve("boot_assessment")).doesNotExist();
    Path recovery = lab.look(3);
    assertThat(node.look(recovery.resolve("cOS/recovery.img"))).isEqualTo("second COS_SYSTEM");
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

    assertThat(LabNode.names(lab.look(3).resolve("cOS")))
        .containsExactly("recovery.img", "systems.json");
  }

  private Path made(String folder) throws IOException {
    return Files.createDirectories(root.resolve(folder));
  }

  @Test
  void aSystemThatCannotBeBootedNeverGetsARole() throws IOException {
    lab.boot(ACTIVE);
    Files.delete(node.system("broken").resolve("boot/initrd"));
    List<String> before = lab.mountsLeft();

    assertThatThrownBy(() -> upgradeActive("broken"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("the new system has no /boot/initrd");

    assertThat(images()).containsExactly("active.img", "passive.img");
    assertThat(node.look(image("active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
    assertThat(state().resolve("boot_assessment")).doesNotExist();
    assertThat(lab.mountsLeft()).isEqualTo(before);
    assertThat(lab.loopsLeft()).isEmpty();
  }

  @Test
  void pathsAreLeftOutAndFoldersAreMade() throws IOException {
    lab.boot(ACTIVE);
    upgrade(
        new UpgradeRequest(
            Target.ACTIVE,
            Optional.empty(),
            Optional.of("My node"),
            List.of("/srv/extra"),
            List.of("/usr/share/grub", "*-tool"),
            false),
        "second",
        Faults.NONE);

    Path active = lab.lookInto(image("active.img"));
    assertThat(active.resolve("usr/share/grub")).doesNotExist();
    assertThat(active.resolve("usr/bin/same-tool")).doesNotExist();
    assertThat(active.resolve("usr/bin/tool")).exists();
    assertThat(active.resolve("srv/extra")).isDirectory();
    assertThat(LabNode.variables(state().resolve("grub_oem_env")))
        .containsEntry("default_menu_entry", "My node");
  }

  private Optional<SystemRecord> known(String image) {
    return new SystemRecords(lab.kernel(), state().resolve("cOS")).of(image);
  }

  @Test
  void eachImageKeepsWhatIsKnownOfItsSystem() throws IOException {
    lab.boot(ACTIVE);
    assertThat(known("active.img")).isPresent().isEqualTo(known("passive.img"));

    upgradeActive("second");

    assertThat(known("active.img").orElseThrow().source())
        .isEqualTo("dir://" + root.resolve("systems/second"));
    assertThat(known("passive.img").orElseThrow().source())
        .isEqualTo("dir://" + root.resolve("systems/first"));
    assertThat(known("active.img").orElseThrow().version()).contains("v2");
  }

  @Test
  void anUpgradeBringsItsBootMenuAndKeepsTheConsole() throws IOException {
    lab.boot(ACTIVE);
    Path menu = state().resolve("grub/grub.cfg");
    lab.kernel().mount("", state(), "", Set.of(Kernel.MountFlag.REMOUNT), "");
    Files.writeString(menu, "old menu console=tty1 console=ttyS0\n");

    upgradeActive("second");

    assertThat(menu).hasContent("set timeout=10\n# console=tty1 console=ttyS0\n");
    assertThat(state().resolve("grub/grub.cfg.new")).doesNotExist();
  }

  @Test
  void aRollbackExchangesTheSystems() throws IOException {
    lab.boot(ACTIVE);
    upgradeActive("second");
    comeUp();
    stagesRun.clear();
    Optional<SystemRecord> first = known("passive.img");

    upgrade(Target.PREVIOUS, "none", Faults.NONE);

    assertThat(images()).containsExactly("active.img", "passive.img");
    assertThat(node.look(image("active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("second COS_PASSIVE");
    assertThat(known("active.img")).isEqualTo(first);
    assertThat(stagesRun).isEmpty();
    assertThat(LabNode.variables(state().resolve("boot_assessment")))
        .containsEntry("enable_boot_assessment", "yes");
  }

  /** A recovery system has not mounted the state partition. */
  @Test
  void fromRecoveryAnActiveSystemThatNeverCameUpIsKnown() throws IOException {
    lab.boot(ACTIVE);
    upgradeActive("second");
    lab.shutDown();
    lab.bootRecovery("root=LABEL=COS_SYSTEM cos-img/filename=/cOS/recovery.img");
    InstalledNode seen = InstalledNode.observe(lab);
    assertThat(seen.isActiveProven()).isFalse();
    assertThat(seen.leftovers().replacedActive()).isFalse();

    upgradeActive("third");

    Path images = lab.look(4).resolve("cOS");
    assertThat(node.look(images.resolve("active.img"))).isEqualTo("third COS_ACTIVE");
    assertThat(node.look(images.resolve("passive.img"))).isEqualTo("first COS_PASSIVE");
  }

  @Test
  void whatRunsFromTheMediumCannotBeUpgraded() {
    lab.boot("cdroot root=live:CDLABEL=COS_LIVE");
    assertThatThrownBy(() -> upgradeActive("second"))
        .hasMessageContaining("cannot upgrade from live media/unknown boot state");
  }

  /** The image is sparse, so that its room is claimed while it is written. */
  @Test
  void aDiskThatFillsUpMeanwhileLeavesTheNodeAsItWas() throws IOException {
    lab.boot(ACTIVE);
    byte[] content = new byte[64 << 20];
    new Random(1).nextBytes(content);
    Files.write(node.system("large").resolve("usr/large"), content);
    Path filler = state().resolve("filler");

    assertThatThrownBy(
            () ->
                upgrade(
                    Target.ACTIVE, "large", beforeTheCopy(() -> fill(filler, content.length / 2))))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("not all of ")
        .hasMessageContaining("free");

    assertThat(images()).containsExactly("active.img", "passive.img");
    assertThat(node.look(image("active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("first COS_PASSIVE");
    assertThat(state().resolve("boot_assessment")).doesNotExist();
    assertThat(lab.loopsLeft()).isEmpty();
    deleteFromState("filler");
    upgradeActive("second");
    assertThat(node.look(image("active.img"))).isEqualTo("second COS_ACTIVE");
  }

  private static Faults beforeTheCopy(Runnable action) {
    return new Faults() {
      @Override
      public void before(int index, Step step) {
        if (step.summary().startsWith("copy ")) {
          action.run();
        }
      }
    };
  }

  /** Also what is reserved for root. */
  private void fill(Path filler, int butFor) {
    long size;
    try {
      size = Files.getFileStore(state()).getUnallocatedSpace() - butFor;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lab.run(Command.of("fallocate", "--length", Long.toString(size), filler.toString()));
  }

  /** Otherwise a power cut leaves GRUB with names of files that have gone. */
  @Test
  void theBootMenuSeesEachChangeAsSoonAsItsStepHasEnded() throws IOException {
    lab.boot(ACTIVE);
    List<String> different = new ArrayList<>();
    upgrade(Target.ACTIVE, "second", node.comparingWithGrub(different));
    assertThat(different).isEmpty();
  }

  @Test
  void powerLossAroundAnyStepLeavesTwoCompleteSlotsAndARerunSucceeds() throws IOException {
    for (Target target : Target.values()) {
      int cuts = 0;
      for (int point = 0; isCut(target, point); point++) {
        cuts++;
        assertThat(node.look(image("active.img"))).as("after cut %d", point).endsWith("COS_ACTIVE");
        assertThat(node.look(image("passive.img")))
            .as("after cut %d", point)
            .endsWith("COS_PASSIVE");
      }
      assertThat(cuts).isGreaterThanOrEqualTo(target == Target.ACTIVE ? 40 : 30);
      comeUp();
      upgrade(Target.ACTIVE, "last", Faults.NONE);
      assertThat(images()).containsExactly("active.img", "passive.img");
      assertThat(node.look(image("active.img"))).isEqualTo("last COS_ACTIVE");
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
      upgrade(target, "run" + point % 7, LabNode.cutAt(point));
      return false;
    } catch (Faults.PowerLoss loss) {
      if (point % 4 >= 2) {
        lab.cutPower();
        lab.boot(ACTIVE);
      }
      return true;
    }
  }
}
