package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.LabNode;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.node.UpstreamDisk;
import io.kairos.agent.node.UpstreamDisk.Recovery;
import io.kairos.agent.reset.ResetPlanner;
import io.kairos.agent.reset.ResetRequest;
import io.kairos.agent.upgrade.UpgradePlanner;
import io.kairos.agent.upgrade.UpgradeRequest;
import io.kairos.agent.upgrade.UpgradeRequest.Target;
import io.kairos.host.Command;
import io.kairos.host.Kernel;
import io.kairos.plan.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that the Go agent installed: ours takes them over, and gives them back. */
@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class UpstreamNodeTest {
  private static final String ACTIVE = "root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img";
  private static final String RECOVERY = "root=LABEL=COS_SYSTEM cos-img/filename=/cOS/recovery.img";

  @TempDir Path root;
  private LabNode node;
  private Lab lab;

  private void install(Recovery recovery) throws IOException {
    node = UpstreamDisk.installed(root, recovery);
    lab = node.lab();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Path state() {
    return root.resolve("run/initramfs/cos-state");
  }

  private Path image(String name) {
    return state().resolve("cOS").resolve(name);
  }

  private void upgrade(Target target, String version) throws IOException {
    node.runner(Faults.NONE)
        .apply(
            UpgradePlanner.now(
                lab, UpgradeRequest.of(target), new SystemSource.Tree(node.system(version))),
            false);
  }

  /** What the Go agent does between two boots, on a partition that is not mounted. */
  private void change(int number, Change change) throws IOException {
    Path at = Files.createDirectories(root.resolve("change"));
    lab.kernel().mount(lab.disk() + "p" + number, at, "ext4", Set.<Kernel.MountFlag>of(), "");
    change.of(at);
    lab.kernel().unmount(at);
  }

  private interface Change {
    void of(Path partition) throws IOException;
  }

  @Test
  void anUpgradeReplacesTheActiveSystemAndKeepsEverythingOfTheNode() throws IOException {
    install(Recovery.IMAGE);
    lab.boot(ACTIVE);

    upgrade(Target.ACTIVE, "ours");

    assertThat(node.look(image("active.img"))).isEqualTo("ours COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("upstream COS_PASSIVE");
    assertThat(state().resolve("grub2/grub.cfg")).content().startsWith("set timeout=10");
    assertThat(state().resolve("grub")).doesNotExist();
    assertThat(state().resolve("grubcustom")).content().contains("bootfile_loc");
    assertThat(LabNode.variables(root.resolve("oem/grubenv")))
        .containsExactlyInAnyOrderEntriesOf(Map.of("extra_cmdline", "quiet", "next_entry", "cos"));
    assertThat(root.resolve("oem/grubenv")).content().hasSize(1024);
    assertThat(LabNode.variables(state().resolve("boot_assessment")))
        .containsEntry("enable_boot_assessment", "yes");
    assertThat(root.resolve("oem/90_custom.yaml")).content().contains("passwd: kairos");
    assertThat(root.resolve("usr/local/.kairos-state"))
        .content()
        .contains("first-install: never", "last-active-upgrade: \"2026-07-21T09:51:00Z\"");
    assertThat(root.resolve("usr/local/.state/etc-ssh.bind/ssh_host_ed25519_key"))
        .hasContent("secret\n");
    assertThat(root.resolve("usr/local/etc/machine-id")).exists();
  }

  /** The usual way: the Go agent puts our image into its slot, and ours goes on from there. */
  @Test
  void whatTheGoAgentUpgradedIsAssessedUpgradedAndRolledBackByOurs() throws IOException {
    install(Recovery.IMAGE);
    Path ours = UpstreamDisk.image(node, "ours", "COS_ACTIVE");
    change(
        4,
        at -> {
          Files.move(at.resolve("cOS/active.img"), at.resolve("cOS/old"));
          Files.delete(at.resolve("cOS/passive.img"));
          Files.move(at.resolve("cOS/old"), at.resolve("cOS/passive.img"));
          label(at.resolve("cOS/passive.img"), "COS_PASSIVE");
          lab.run(
              Command.of("cp", "--sparse=always")
                  .with(ours.toString(), at.resolve("cOS/active.img").toString()));
          Files.writeString(
              at.resolve("boot_assessment"),
              "# GRUB Environment Block\nboot_assessment_tentative=yes\n"
                  + "enable_boot_assessment=yes\n"
                  + "#".repeat(1024));
        });
    lab.boot(ACTIVE);
    assertThat(InstalledNode.observe(lab).isActiveProven()).isFalse();

    node.health((_, _, _) -> {}).assess();

    assertThat(InstalledNode.observe(lab).isActiveProven()).isTrue();
    upgrade(Target.ACTIVE, "next");
    assertThat(node.look(image("active.img"))).isEqualTo("next COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("ours COS_PASSIVE");
    upgrade(Target.PREVIOUS, "none");
    assertThat(node.look(image("active.img"))).isEqualTo("ours COS_ACTIVE");
  }

  private void label(Path image, String label) {
    lab.run(Command.of("tune2fs", "-L", label, image.toString()));
  }

  @ParameterizedTest
  @EnumSource
  void eitherKindOfRecoverySystemIsReplaced(Recovery recovery) throws IOException {
    install(recovery);
    lab.boot(ACTIVE);

    upgrade(Target.RECOVERY, "ours");

    Path images = lab.look(3).resolve("cOS");
    assertThat(node.look(images.resolve("recovery.img"))).isEqualTo("ours COS_SYSTEM");
    assertThat(images.resolve("recovery.squashfs")).doesNotExist();
  }

  /** Agent 7.2.2: the power went between its first rename and its last; what is left is mended. */
  @Test
  void anUpgradeThatTheGoAgentBeganIsEnded() throws IOException {
    install(Recovery.IMAGE);
    change(
        4,
        at -> {
          Files.writeString(at.resolve("cOS/transition.img"), "half of a system");
          Files.delete(at.resolve("cOS/passive.img"));
          Files.move(at.resolve("cOS/active.img"), at.resolve("cOS/passive.img"));
        });
    lab.bootRecovery(RECOVERY);

    upgrade(Target.ACTIVE, "ours");

    Path images = lab.look(4).resolve("cOS");
    assertThat(node.look(images.resolve("active.img"))).isEqualTo("ours COS_ACTIVE");
    assertThat(node.look(images.resolve("passive.img"))).isEqualTo("upstream COS_PASSIVE");
    assertThat(LabNode.names(images)).containsExactly("active.img", "passive.img", "systems.json");
  }

  @ParameterizedTest
  @EnumSource
  void aResetMakesTheNodeNewFromItsOwnRecoverySystem(Recovery recovery) throws IOException {
    install(recovery);
    lab.bootRecovery(RECOVERY);
    SystemSource source =
        recovery == Recovery.IMAGE
            ? new SystemSource.ImageFile(image("recovery.img"))
            : new SystemSource.Tree(node.system("upstream")); // dracut has mounted it

    node.runner(Faults.NONE)
        .apply(
            new ResetPlanner(
                    InstalledNode.observe(lab),
                    new ResetRequest(
                        true,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        false),
                    source,
                    SourceFacts.measure(lab, source))
                .plan(),
            false);

    Path state = lab.look(4);
    assertThat(node.look(state.resolve("cOS/active.img"))).isEqualTo("upstream COS_ACTIVE");
    assertThat(node.look(state.resolve("cOS/passive.img"))).isEqualTo("upstream COS_PASSIVE");
    assertThat(root.resolve("oem/90_custom.yaml")).exists();
    assertThat(LabNode.variables(root.resolve("oem/grubenv")))
        .containsExactlyEntriesOf(Map.of("extra_cmdline", "quiet"));
    Path persistent = lab.look(5);
    assertThat(persistent.resolve("data")).doesNotExist();
    assertThat(persistent.resolve(".kairos-state"))
        .content()
        .contains("last-reset: \"2026-07-21T09:51:00Z\"", "last-active-upgrade: \"2026-01-02");
  }

  /** What the Go agent and its menu look for is where they look, and nothing else is in the way. */
  @Test
  void theWayBackIsAnUpgradeToAnImageOfUpstream() throws IOException {
    install(Recovery.IMAGE);
    lab.boot(ACTIVE);
    upgrade(Target.ACTIVE, "ours");
    node.health((_, _, _) -> {}).assess();
    upgrade(Target.RECOVERY, "ours");

    upgrade(Target.ACTIVE, "upstream");
    upgrade(Target.RECOVERY, "upstream");

    assertThat(node.look(image("active.img"))).isEqualTo("upstream COS_ACTIVE");
    assertThat(node.look(image("passive.img"))).isEqualTo("ours COS_PASSIVE");
    assertThat(LabNode.names(state().resolve("cOS")))
        .containsExactly("active.img", "passive.img", "systems.json");
    assertThat(LabNode.variables(root.resolve("oem/grubenv"))).containsEntry("next_entry", "cos");
    Path images = lab.look(3).resolve("cOS");
    assertThat(node.look(images.resolve("recovery.img"))).isEqualTo("upstream COS_SYSTEM");
  }
}
