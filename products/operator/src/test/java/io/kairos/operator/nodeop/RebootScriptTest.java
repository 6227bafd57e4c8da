package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Output;
import io.kairos.operator.Resources;
import io.kairos.operator.ShellScripts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reboot pod's script under the shells of its images, on a host that is a folder. */
class RebootScriptTest {
  private static final String SHELLS = "io.kairos.operator.ShellScripts#shells";
  private static final String SCRIPT = Resources.text(NodeOpObjects.class, "reboot.sh");

  @TempDir Path folder;
  private ShellScripts scripts;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(folder.resolve("sentinel"));
    scripts = new ShellScripts(folder);
    boot("one");
    // nsenter … -- cat boot_id, or nsenter … reboot
    scripts.stub(
        "nsenter",
        "case \"$*\" in *boot_id) cat "
            + folder
            + "/boot_id;; *reboot) echo \"$*\" >> "
            + folder
            + "/reboots; exit ${REBOOT_EXIT:-0};; esac");
    scripts.stub("sleep", "exit 0");
  }

  private void boot(String id) throws IOException {
    Files.writeString(folder.resolve("boot_id"), id + "\n");
  }

  private void sentinel() throws IOException {
    Files.writeString(folder.resolve("sentinel/job-1-1700000000"), "done\n");
  }

  private Output run(List<String> shell, Map<String, String> more) throws IOException {
    var environment = new HashMap<>(more);
    environment.put("SENTINEL_DIR", folder + "/sentinel");
    environment.put("TERMINATION_LOG", folder + "/log");
    Files.deleteIfExists(folder.resolve("reboots"));
    scripts.open(folder);
    return scripts.run(shell, List.of("-c", SCRIPT, "reboot", "job-1-*"), environment);
  }

  private boolean asked() {
    return Files.exists(folder.resolve("reboots"));
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log")).strip();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void aHostThatDoesNotGoDownFailsThePodAndTheNextStartFinishesAfterTheReboot(List<String> shell)
      throws IOException {
    sentinel();
    assertThat(run(shell, Map.of()).exitCode()).isEqualTo(1);
    assertThat(asked()).isTrue();
    assertThat(log()).contains("did not go down");
    assertThat(run(shell, Map.of()).exitCode()).as("asked again").isEqualTo(1);
    assertThat(asked()).isTrue();
    boot("two");
    Output after = run(shell, Map.of());
    assertThat(after.exitCode()).isZero();
    assertThat(asked()).isFalse();
    assertThat(log()).isEqualTo("rebooted: one is now two");
    try (var left = Files.list(folder.resolve("sentinel"))) {
      assertThat(left).isEmpty();
    }
  }

  /** Busybox's nsenter runs busybox's own reboot, which makes systemd start itself again. */
  @ParameterizedTest
  @MethodSource(SHELLS)
  void theRebootIsTheHostsOwnWhateverTheImageOfThePod(List<String> shell) throws IOException {
    sentinel();
    assertThat(run(shell, Map.of()).exitCode()).isEqualTo(1);
    assertThat(Files.readAllLines(folder.resolve("reboots")))
        .containsExactly("-t 1 -m -i -- /bin/sh -c reboot");
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void aRebootCommandThatFailsIsNoReboot(List<String> shell) throws IOException {
    sentinel();
    assertThat(run(shell, Map.of("REBOOT_EXIT", "5")).exitCode()).isEqualTo(1);
    assertThat(log()).contains("reboot command failed");
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void aBootThatIsAnotherAlreadyNeedsNoReboot(List<String> shell) throws IOException {
    Output output = run(shell, Map.of("BOOT_ID_BEFORE", "zero"));
    assertThat(output.exitCode()).isZero();
    assertThat(asked()).isFalse();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void withoutASentinelNothingHappensUntilThereIsOne(List<String> shell) throws IOException {
    // each wait looks once; the third brings the sentinel
    scripts.stub(
        "sleep",
        "echo x >> "
            + folder
            + "/waits; [ $(wc -l < "
            + folder
            + "/waits) -lt 3 ] || echo done > "
            + folder
            + "/sentinel/job-1-17; exit 0");
    assertThat(run(shell, Map.of()).exitCode()).isEqualTo(1);
    assertThat(Files.readAllLines(folder.resolve("waits")).size()).isGreaterThanOrEqualTo(3);
    assertThat(asked()).isTrue();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void theSentinelOfAnotherJobMeansNothing(List<String> shell) throws IOException {
    Files.writeString(folder.resolve("sentinel/job-2-1700000000"), "done\n");
    scripts.ending("sleep", ":");
    run(shell, Map.of());
    assertThat(asked()).isFalse();
    assertThat(Files.exists(folder.resolve("sentinel/job-2-1700000000"))).isTrue();
  }

  @Test
  void leftoversOfOtherJobsAreNotCleanedUp() {
    assertThat(SCRIPT).doesNotContain("find", "rm -rf", "/sentinel/*");
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void theRollbackUsesWhatTheAgentKnows(List<String> shell) throws IOException {
    String script = Resources.text(NodeOpObjects.class, "rollback.sh");
    scripts.stub(
        "nsenter",
        "shift 7; echo \"$*\" >> " + folder + "/agent; [ \"${3:-}\" != --help ] || exit ${OLD:-0}");
    assertThat(scripts.run(shell, List.of("-c", script), Map.of()).exitCode()).isZero();
    assertThat(Files.readAllLines(folder.resolve("agent")).getLast()).endsWith("rollback");
    assertThat(scripts.run(shell, List.of("-c", script), Map.of("OLD", "1")).exitCode()).isZero();
    assertThat(Files.readAllLines(folder.resolve("agent")).getLast())
        .endsWith("bootentry --select fallback");
  }
}
