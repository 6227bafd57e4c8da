package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Output;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code suc-upgrade} in a pod whose programs only note how they are called. */
class SucUpgradeTest {
  private static final String SCRIPT = "/usr/sbin/suc-upgrade";

  @TempDir Path root;
  private HelperScript script;

  @BeforeEach
  void aPodOnANode() {
    script =
        HelperScript.of(SCRIPT, root)
            .noting("mount", "kairos-agent", "nsenter")
            .env("IMAGE_DIR", root.resolve("image").toString())
            .env("HOST_DIR", root.resolve("host").toString());
    release("image", "v2", "k3s", "1.31");
    release("host", "v1", "k3s", "1.31");
  }

  private void release(String where, String version, String prefix, String software) {
    script.with(
        "/" + where + "/etc/kairos-release",
        """
        KAIROS_VERSION="%s"
        KAIROS_SOFTWARE_VERSION_PREFIX="%s"
        KAIROS_SOFTWARE_VERSION="%s"
        """
            .formatted(version, prefix, software));
  }

  private String mounts() {
    return "mount --rbind R/host/dev R/image/dev\nmount --rbind R/host/run R/image/run\n"
        .replace("R", script.root());
  }

  @Test
  void anotherVersionIsInstalledAndTheJobRunsAgainAfterTheReboot() {
    Output output = script.run();
    assertThat(script.calls())
        .isEqualTo(
            mounts() + "kairos-agent upgrade --source dir:/\n" + "nsenter -i -m -t 1 -- reboot\n");
    assertThat(output.exitCode()).isEqualTo(1);
  }

  @Test
  void theSameVersionsAreUpToDate() {
    release("host", "v2", "k3s", "1.31");
    Output output = script.run();
    assertThat(output.exitCode()).isZero();
    assertThat(output.stdout()).startsWith("Up to date\n").contains("v2-k3s1.31");
    assertThat(script.calls()).isEmpty();
  }

  @Test
  void anotherSoftwareIsAnotherVersionAndForceLooksAtNone() {
    release("host", "v2", "k3s", "1.32");
    assertThat(script.run().exitCode()).isEqualTo(1);
    release("host", "v2", "k3s", "1.31");
    assertThat(script.env("FORCE", "true").run().exitCode()).isEqualTo(1);
    assertThat(script.calls()).containsOnlyOnce("reboot\n" + mounts());
  }

  @Test
  void recoveryIsUpgradedWithoutAReboot() {
    assertThat(script.run("--recovery").exitCode()).isZero();
    assertThat(script.calls())
        .isEqualTo(mounts() + "kairos-agent upgrade --recovery --source dir:/\n");
  }

  @Test
  void aFailedUpgradeRebootsNothing() {
    script.program("kairos-agent", "exit 7");
    assertThat(script.run().exitCode()).isEqualTo(7);
    assertThat(script.run("--recovery").exitCode()).isEqualTo(7);
    assertThat(script.calls()).doesNotContain("nsenter");
  }

  @Test
  void olderImagesSayItInOsReleaseAndANodeThatSaysNothingIsNone() {
    script.delete("/host/etc/kairos-release").with("/host/etc/os-release", "KAIROS_VERSION=v2\n");
    script.with("/image/etc/kairos-release", "KAIROS_VERSION=v2\n");
    assertThat(script.run().stdout()).startsWith("Up to date");

    script.with("/host/etc/os-release", "ID=debian\n");
    Output output = script.run();
    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.stderr()).contains("/host/etc/os-release has no KAIROS_VERSION");
    assertThat(script.calls()).isEmpty();
  }
}
