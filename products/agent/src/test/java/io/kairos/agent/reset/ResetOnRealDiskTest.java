package io.kairos.agent.reset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.LabNode;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Refused;
import io.kairos.plan.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A node of a few files on a loop device, reset as its recovery system would. */
@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class ResetOnRealDiskTest {
  private static final String RECOVERY = "root=LABEL=COS_SYSTEM cos-img/filename=/cOS/recovery.img";
  private static final String ACTIVE = "root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img";

  @TempDir Path root;
  private LabNode node;
  private Lab lab;

  @BeforeEach
  void install() throws IOException {
    node = LabNode.installed(root);
    lab = node.lab();
    lab.boot(ACTIVE);
    Files.writeString(root.resolve("usr/local/data"), "of the user\n");
    Files.writeString(root.resolve("oem/99_mine.yaml"), "hostname: mine\n");
    lab.shutDown();
    lab.bootRecovery(RECOVERY);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static ResetRequest wanted(boolean formatsOem) {
    return new ResetRequest(
        true, formatsOem, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), false);
  }

  private void reset(boolean formatsOem, SystemSource source, Faults faults) {
    ResetRequest request = wanted(formatsOem);
    node.runner(faults)
        .apply(
            new ResetPlanner(
                    InstalledNode.observe(lab), request, source, SourceFacts.measure(lab, source))
                .plan(),
            request.isStrict());
  }

  private SystemSource recovery() {
    return new SystemSource.ImageFile(root.resolve("run/initramfs/cos-state/cOS/recovery.img"));
  }

  private Path state() {
    return lab.look(4);
  }

  @Test
  void theNodeIsNewAndItsCloudConfigStays() throws IOException {
    reset(false, recovery(), Faults.NONE);

    assertThat(node.stagesRun())
        .containsExactly("before-reset", "after-reset-chroot in transition", "after-reset");
    Path state = state();
    assertThat(LabNode.names(state.resolve("cOS")))
        .containsExactly("active.img", "passive.img", "systems.json");
    assertThat(node.look(state.resolve("cOS/active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(node.look(state.resolve("cOS/passive.img"))).isEqualTo("first COS_PASSIVE");
    assertThat(state.resolve("grub/grub.cfg")).exists();
    assertThat(root.resolve("oem/99_mine.yaml")).exists();
    assertThat(LabNode.variables(root.resolve("oem/grubenv"))).doesNotContainKey("next_entry");
    Path persistent = lab.look(5);
    assertThat(persistent.resolve("data")).doesNotExist();
    assertThat(persistent.resolve(".kairos-state"))
        .content()
        .contains("last-reset: \"2026-07-21T09:51:00Z\"", "recovery.img")
        .contains("first-install: \"2026-07-21T09:51:00Z\"");
    assertThat(state.resolve(".kairos-state")).doesNotExist();
  }

  @Test
  void theCloudConfigGoesToo() throws IOException {
    reset(true, new SystemSource.Tree(node.system("second")), Faults.NONE);

    assertThat(node.look(state().resolve("cOS/active.img"))).isEqualTo("second COS_ACTIVE");
    assertThat(root.resolve("oem/99_mine.yaml")).doesNotExist();
    assertThat(root.resolve("oem/90_custom.yaml")).doesNotExist();
    assertThat(lab.look(5).resolve("data")).doesNotExist();
  }

  @Test
  void aSystemThatCannotBeBootedEndsTheResetBeforeAnythingIsLost() throws IOException {
    Path broken = node.system("broken");
    Files.delete(broken.resolve("boot/vmlinuz"));

    assertThatThrownBy(() -> reset(true, new SystemSource.Tree(broken), Faults.NONE))
        .hasMessageContaining("the new system has no /boot/vmlinuz");

    assertThat(node.look(state().resolve("cOS/active.img"))).isEqualTo("first COS_ACTIVE");
    assertThat(root.resolve("oem/99_mine.yaml")).exists();
    assertThat(lab.look(5).resolve("data")).exists();
    assertThat(lab.loopsLeft()).isEmpty();
  }

  @Test
  void onlyTheRecoverySystemResets() {
    lab.shutDown();
    lab.boot(ACTIVE);
    assertThatThrownBy(() -> reset(false, new SystemSource.Unseen("oci://x"), Faults.NONE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("reset can only be called from the recovery system");
  }

  /** Otherwise a power cut leaves GRUB with names of files that have gone. */
  @Test
  void theBootMenuSeesEachChangeAsSoonAsItsStepHasEnded() {
    List<String> different = new ArrayList<>();
    reset(false, recovery(), node.comparingWithGrub(different));
    assertThat(different).isEmpty();
  }

  /** Whatever is cut, two complete systems are there, and the next boot resets again. */
  @Test
  void powerLossAroundAnyStepIsMadeGoodByTheNextBoot() throws IOException {
    int cuts = 0;
    int announced = 0;
    for (int point = 0; isCut(point); point++) {
      cuts++;
      lab.cutPower();
      lab.boot(ACTIVE);
      Path images = root.resolve("run/initramfs/cos-state/cOS");
      assertThat(node.look(images.resolve("active.img"))).as("cut %d", point).contains("ACTIVE");
      assertThat(node.look(images.resolve("passive.img"))).as("cut %d", point).contains("PASSIVE");
      Path variables = root.resolve("oem/grubenv");
      if (Files.exists(variables) && LabNode.variables(variables).containsValue("statereset")) {
        announced++;
      }
      lab.shutDown();
      lab.bootRecovery(RECOVERY);
    }
    assertThat(cuts).isGreaterThan(50);
    assertThat(announced).as("cuts that the next boot makes good").isGreaterThan(cuts - 12);
    Path persistent = lab.look(5);
    assertThat(persistent.resolve("data")).doesNotExist();
    assertThat(persistent.resolve(".kairos-state"))
        .content()
        .doesNotContain("first-install: never");
  }

  private boolean isCut(int point) throws IOException {
    try {
      reset(false, new SystemSource.Tree(node.system("run" + point % 5)), LabNode.cutAt(point));
      return false;
    } catch (Faults.PowerLoss loss) {
      return true;
    }
  }
}
