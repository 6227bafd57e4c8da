package io.kairos.operator.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kairos.host.Output;
import io.kairos.operator.ShellScripts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The generated scripts under the shells of nodes; the vectors are those of the reference 3.1.2.
 */
class UpgradeScriptTest {
  private static final String SHELLS = "io.kairos.operator.ShellScripts#shells";
  private static final String SAME =
      """
      KAIROS_VERSION="v4.1.0"
      KAIROS_SOFTWARE_VERSION_PREFIX=k3s
      KAIROS_SOFTWARE_VERSION='v1.34.7+k3s1'
      """;
  private static final String TRIPLE = "v4.1.0-k3sv1.34.7+k3s1";

  @TempDir Path folder;
  private ShellScripts scripts;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(folder.resolve("image/etc"));
    Files.createDirectories(folder.resolve("host/etc"));
    scripts = new ShellScripts(folder);
  }

  private void release(String root, String file, String text) throws IOException {
    Files.writeString(folder.resolve(root + "/etc/" + file), text);
  }

  private Path log() {
    return folder.resolve("termination-log");
  }

  private String preflight(List<String> shell) throws IOException {
    Files.writeString(log(), "");
    scripts.open(folder);
    List<String> argv = UpgradeScript.preflight();
    Output output =
        scripts.run(
            shell,
            argv.subList(1, argv.size()),
            Map.of(
                "TARGET_KAIROS_RELEASE", folder + "/image/etc/kairos-release",
                "TARGET_OS_RELEASE", folder + "/image/etc/os-release",
                "HOST_KAIROS_RELEASE", folder + "/host/etc/kairos-release",
                "HOST_OS_RELEASE", folder + "/host/etc/os-release",
                "TERMINATION_LOG", log().toString()));
    assertThat(output.exitCode()).isZero();
    assertThat(output.stdout()).contains("Host: ", "Target: ");
    return Files.readString(log()).strip();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void theSameVersionOnBothSidesSkips(List<String> shell) throws IOException {
    release("image", "kairos-release", SAME);
    release("host", "kairos-release", SAME);
    assertThat(preflight(shell)).isEqualTo("node is already at " + TRIPLE);
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void anotherVersionIsSilent(List<String> shell) throws IOException {
    release("image", "kairos-release", SAME.replace("v4.1.0", "v4.2.0"));
    release("host", "kairos-release", SAME);
    assertThat(preflight(shell)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void aTargetWithoutAVersionIsSilent(List<String> shell) throws IOException {
    release("image", "kairos-release", "KAIROS_ID=x\n");
    release("host", "kairos-release", SAME);
    assertThat(preflight(shell)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void aHostWithoutAVersionIsSilent(List<String> shell) throws IOException {
    release("image", "kairos-release", SAME);
    release("host", "kairos-release", "KAIROS_ID=x\n");
    assertThat(preflight(shell)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void twoUnknownVersionsAreSilent(List<String> shell) throws IOException {
    release("image", "kairos-release", "KAIROS_ID=x\n");
    release("host", "kairos-release", "KAIROS_ID=x\n");
    assertThat(preflight(shell)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void withoutFilesItIsSilent(List<String> shell) throws IOException {
    assertThat(preflight(shell)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void osReleaseCountsWhereThereIsNothingElse(List<String> shell) throws IOException {
    release("image", "os-release", SAME);
    release("host", "os-release", SAME);
    assertThat(preflight(shell)).isEqualTo("node is already at " + TRIPLE);
  }

  // ---- the command itself ----

  private record Ran(Output output, String calls, String told) {}

  private Ran run(List<String> shell, String spec) throws IOException {
    scripts.program(
        "kairos-agent", "echo \"agent $*\" >> " + folder + "/calls; exit ${AGENT_EXIT:-0}");
    scripts.stub("mount", "echo \"mount $*\" >> " + folder + "/calls");
    Files.deleteIfExists(folder.resolve("calls"));
    Files.writeString(log(), "");
    scripts.open(folder);
    var parsed =
        new KubernetesSerialization().unmarshal("image: x\n" + spec, NodeOpUpgradeSpec.class);
    List<String> argv = UpgradeScript.command(parsed);
    Output output =
        scripts.run(
            shell,
            argv.subList(1, argv.size()),
            Map.of(
                "IMAGE_ROOT",
                folder + "/image",
                "HOST_DIR",
                folder + "/host",
                "AGENT_EXIT",
                spec.contains("debug") ? "7" : "0",
                "TERMINATION_LOG",
                log().toString()));
    Path calls = folder.resolve("calls");
    return new Ran(
        output, Files.exists(calls) ? Files.readString(calls) : "", Files.readString(log()));
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void theAgentRunsAndBothVersionsAreReported(List<String> shell) throws IOException {
    release("image", "kairos-release", "KAIROS_VERSION=v2\n");
    release("host", "kairos-release", "KAIROS_VERSION=v1\n");
    Ran ran = run(shell, "excludePaths: [\"/x'y\", '/a b']");
    assertThat(ran.output().exitCode()).isZero();
    assertThat(ran.calls())
        .isEqualTo(
            "mount --rbind /host/dev /dev\nmount --rbind /host/run /run\n"
                + "agent upgrade --source dir:/ --exclude-path /etc/hostname --exclude-path /etc/hosts"
                + " --exclude-path /x'y --exclude-path /a b\n");
    assertThat(ran.told()).isEqualTo("fromVersion=v1-\ntoVersion=v2-\n");
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void aHostThatIsUpToDateIsLeftAlone(List<String> shell) throws IOException {
    release("image", "kairos-release", SAME);
    release("host", "kairos-release", SAME);
    Ran ran = run(shell, "");
    assertThat(ran.output().exitCode()).isZero();
    assertThat(ran.output().stdout()).contains("Up to date");
    assertThat(ran.calls()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void twoUnknownVersionsAreUpgraded(List<String> shell) throws IOException {
    assertThat(run(shell, "").calls()).contains("agent upgrade");
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void forcedAHostThatIsUpToDateIsUpgraded(List<String> shell) throws IOException {
    release("image", "kairos-release", SAME);
    release("host", "kairos-release", SAME);
    assertThat(run(shell, "force: true").calls()).contains("agent upgrade");
  }

  @ParameterizedTest
  @MethodSource(SHELLS)
  void anAgentThatFailsFailsTheCommandAndNothingIsReported(List<String> shell) throws IOException {
    Ran ran = run(shell, "debug: true");
    assertThat(ran.output().exitCode()).isEqualTo(7);
    assertThat(ran.told()).isEmpty();
  }
}
