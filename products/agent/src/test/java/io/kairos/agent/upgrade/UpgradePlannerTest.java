package io.kairos.agent.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.node.Golden;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.InstalledNode.Leftovers;
import io.kairos.agent.node.InstalledNode.Place;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.upgrade.UpgradeRequest.Target;
import io.kairos.base.Bytes;
import io.kairos.base.Refused;
import io.kairos.boot.BootState;
import io.kairos.boot.Firmware;
import io.kairos.plan.Plan;
import io.kairos.storage.Filesystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpgradePlannerTest {
  private static final Place STATE = mounted("vda4", "/run/initramfs/cos-state");
  private static final Place RECOVERY =
      new Place(Path.of("/dev/vda3"), Path.of("/dev/vda"), Filesystem.EXT4, List.of());

  private static Place mounted(String device, String at) {
    return new Place(
        Path.of("/dev", device), Path.of("/dev/vda"), Filesystem.EXT4, List.of(Path.of(at)));
  }

  private static InstalledNode node(BootState boot, Leftovers leftovers, boolean isProven) {
    return new InstalledNode(
        boot,
        Path.of("/run/cos"),
        Firmware.BIOS,
        Optional.empty(),
        Optional.of(STATE),
        Optional.of(RECOVERY),
        Optional.of(mounted("vda2", "/oem")),
        Optional.of(mounted("vda5", "/usr/local")),
        leftovers,
        isProven,
        true,
        Set.of());
  }

  private static InstalledNode booted(BootState boot) {
    return node(boot, Leftovers.NONE, true);
  }

  private static Plan<NodeStep> plan(InstalledNode node, Target target, Bytes content) {
    return new UpgradePlanner(
            node,
            UpgradeRequest.of(target),
            new SystemSource.Tree(Path.of("/new")),
            new SourceFacts(content, 20_000, false))
        .plan();
  }

  private static List<String> summaries(InstalledNode node) {
    return plan(node, Target.ACTIVE, Bytes.ofMib(900)).steps().stream()
        .map(NodeStep::summary)
        .toList();
  }

  @Test
  void fromActive() throws IOException {
    Golden.assertMatches(
        "upgrade-active.plan",
        plan(booted(BootState.ACTIVE), Target.ACTIVE, Bytes.ofMib(900)).render());
  }

  @Test
  void ofASquashedRecovery() throws IOException {
    Golden.assertMatches(
        "upgrade-recovery.plan",
        plan(booted(BootState.ACTIVE), Target.RECOVERY, Bytes.ofMib(900)).render());
  }

  /** Assertion A.9: of the four systems that can be booted, only the passive one keeps its role. */
  @Test
  void thePassiveSystemIsReplacedUnlessItRuns() {
    String replaced = "rename /run/initramfs/cos-state/cOS/previous.img to passive.img";
    assertThat(summaries(booted(BootState.ACTIVE))).contains(replaced);
    assertThat(summaries(booted(BootState.RECOVERY))).contains(replaced);
    assertThat(summaries(booted(BootState.AUTORESET))).contains(replaced);
    assertThat(summaries(booted(BootState.PASSIVE))).doesNotContain(replaced);
    assertThat(summaries(node(BootState.ACTIVE, Leftovers.NONE, false))).doesNotContain(replaced);
  }

  @Test
  void anInterruptedRotationIsEndedFirst() {
    var left = new Leftovers(List.of(), List.of(), true, false);
    assertThat(summaries(node(BootState.ACTIVE, left, false)))
        .containsSubsequence(
            "label /run/initramfs/cos-state/cOS/previous.img COS_PASSIVE",
            "rename /run/initramfs/cos-state/cOS/previous.img to passive.img",
            "run stage before-upgrade",
            "rename /run/initramfs/cos-state/cOS/transition.img to active.img");
  }

  @Test
  void aSystemThatNeedsMoreGetsMore() {
    assertThat(
            plan(booted(BootState.ACTIVE), Target.ACTIVE, Bytes.ofMib(5000)).steps().stream()
                .map(NodeStep::summary))
        .anyMatch(summary -> summary.endsWith("ext2 COS_ACTIVE, 5.0 GiB"));
  }

  @Test
  void whatCannotBeUpgradedIsToldBeforeAnythingIsFetched() {
    assertThatThrownBy(() -> summaries(booted(BootState.LIVE)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("cannot upgrade from live media/unknown boot state");
    assertThatThrownBy(() -> summaries(booted(BootState.UNKNOWN))).isInstanceOf(Refused.class);
    InstalledNode bare =
        new InstalledNode(
            BootState.ACTIVE,
            Path.of("/run/cos"),
            Firmware.BIOS,
            Optional.empty(),
            Optional.of(STATE),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Leftovers.NONE,
            true,
            false,
            Set.of());
    assertThat(summaries(bare)).contains("run stage after-upgrade"); // agent 3.3: a crash upstream
    assertThatThrownBy(() -> plan(bare, Target.RECOVERY, Bytes.ofMib(1)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("undefined recovery partition");
  }
}
