package io.kairos.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.Stages;
import io.kairos.agent.node.Lab;
import io.kairos.agent.node.LabNode;
import io.kairos.base.HostFailure;
import io.kairos.boot.SystemRecord;
import io.kairos.boot.SystemRecords;
import io.kairos.plan.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** After the first boot of a new system, on the disk of a small node without systemd. */
@EnabledIf(
    value = "io.kairos.agent.node.Lab#isPossible",
    disabledReason = "needs root and loop devices")
class HealthTest {
  @TempDir Path root;
  private LabNode node;
  private final List<String> stagesRun = new ArrayList<>();

  @BeforeEach
  void install() throws IOException {
    node = LabNode.installed(root);
    node.lab().boot("root=LABEL=COS_ACTIVE cos-img/filename=/cOS/active.img");
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Path state() {
    return root.resolve("run/initramfs/cos-state");
  }

  private Assessment assessment() {
    return Assessment.of(node.lab());
  }

  private Optional<SystemRecord> active() {
    return new SystemRecords(node.lab().kernel(), state().resolve("cOS")).of("active.img");
  }

  private void upgrade() throws IOException {
    node.upgrade("second");
  }

  @Test
  void whatWasFoundGoodIsNotAssessedAgain() {
    assertThat(assessment().isPending()).isFalse();
  }

  @Test
  void aNewSystemThatPassesStays() throws IOException {
    upgrade();
    assertThat(assessment().isPending()).isTrue();

    node.runner(Faults.NONE).apply(assessment().passed(), false);

    assertThat(assessment().isPending()).isFalse();
    assertThat(active().orElseThrow().good()).contains(Lab.NOW);
    assertThat(node.lab().kernel().mounts())
        .filteredOn(mount -> mount.target().equals(state()))
        .allMatch(mount -> mount.isReadOnly());
  }

  @Test
  void aNewSystemThatFailsKeepsItsReasonAndTheMarkOfTheMenu() throws IOException {
    upgrade();

    node.runner(Faults.NONE).apply(assessment().failed("k3s is not ready"), false);

    assertThat(assessment().isPending()).isTrue();
    assertThat(active().flatMap(SystemRecord::failure))
        .contains(new SystemRecord.Failure(Lab.NOW, "k3s is not ready"));
    assertThat(active().orElseThrow().good()).isEmpty();
  }

  @Test
  void afterAFallbackThePromptSaysWhatHappened() throws IOException {
    upgrade();
    Files.createDirectories(root.resolve("run/cos"));
    Files.writeString(root.resolve("run/cos/upgrade_failure"), "1");
    Files.createDirectories(root.resolve("etc/issue.d"));

    node.health(passing()).assess();

    assertThat(root.resolve("etc/issue.d/03-UPGRADE"))
        .content()
        .contains("The last upgrade failed: v2 from dir://")
        .contains("it did not get as far as its health checks");
    assertThat(active().flatMap(SystemRecord::failure)).isPresent();
  }

  // ---- checks

  private static Stages passing() {
    return (_, _, _) -> {};
  }

  private HealthChecks checks(Stages stages, List<Integer> pauses) {
    return new HealthChecks(node.lab(), stages, () -> pauses.add(pauses.size()));
  }

  @Test
  void whatFailsIsAskedAgainWhileThereIsTime() {
    Stages twiceFailing =
        (stage, _, _) -> {
          stagesRun.add(stage);
          if (stagesRun.size() < 3) {
            throw new HostFailure("k3s is not ready\n  yet");
          }
        };
    List<Integer> pauses = new ArrayList<>();

    assertThat(checks(twiceFailing, pauses).failure(Duration.ofMinutes(1))).isEmpty();
    assertThat(pauses).hasSize(2);
    assertThat(stagesRun).containsExactly("health", "health", "health");
  }

  @Test
  void withoutTimeTheFirstFailureCounts() {
    Stages failing =
        (_, _, _) -> {
          throw new HostFailure("k3s is not ready\n  yet");
        };
    assertThat(checks(failing, new ArrayList<>()).failure(Duration.ZERO))
        .contains("k3s is not ready yet");
  }
}
