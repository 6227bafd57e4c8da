package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanUpRulesTest {
  @Test
  void identitiesAreGoneAndTheMachineIdIsThereAndEmpty(@TempDir Path folder) {
    var root =
        new ScratchHost(folder)
            .with("/etc/machine-id", "4f0c\n")
            .with("/etc/hostname", "builder\n")
            .with("/etc/ssh/ssh_host_ed25519_key", "secret")
            .with("/etc/ssh/sshd_config", "Port 22")
            .with("/var/log/apt/history.log", "today");

    CleanUpRules.shipped().apply(root, Set.of());

    assertThat(root.read("/etc/machine-id")).isEmpty();
    assertThat(root.read("/etc/hostname")).isEmpty();
    assertThat(root.exists("/etc/ssh/ssh_host_ed25519_key")).isFalse();
    assertThat(root.exists("/etc/ssh/sshd_config")).isTrue();
    assertThat(root.exists("/var/log/apt/history.log")).isFalse();
    assertThat(root.exists("/var/log/apt")).isTrue();
  }

  @Test
  void aLinkOfTheRootLeadsNowhereElse(@TempDir Path machine, @TempDir Path folder) {
    var outside = new ScratchHost(machine).with("/precious", "kept");
    var root =
        new ScratchHost(folder)
            .withLink("/tmp/escape", machine.toString())
            .withLink("/etc/machine-id", "../../../../../.." + machine + "/precious")
            .withDirectory("/etc");
    root.withDirectory(machine.toString());

    new CleanUpRules(
            List.of("/etc/machine-id"), List.of("/tmp/escape"), List.of(), List.of(), List.of())
        .apply(root, Set.of());

    assertThat(outside.read("/precious")).isEqualTo("kept");
    assertThat(root.exists("/tmp/escape")).isFalse();
  }

  /** In the build of a container our own folder is below /var/tmp, and the builder has mounts. */
  @Test
  void whatIsKeptStaysAndNothingBesideIt(@TempDir Path folder) {
    var root =
        new ScratchHost(folder)
            .with("/etc/machine-id", "4f0c\n")
            .with("/etc/hostname", "of-the-builder\n")
            .with("/var/tmp/kairos-init.X/runtime/bin/java", "ours")
            .with("/var/tmp/others/file", "theirs")
            .with("/run/secrets/deep/mount/token", "of the builder")
            .with("/run/secrets/other", "left over")
            .with("/dev/null", "");

    CleanUpRules.shipped()
        .apply(
            root,
            Set.of("/var/tmp/kairos-init.X", "/etc/hostname", "/run/secrets/deep/mount", "/dev"));

    assertThat(root.read("/etc/machine-id")).isEmpty();
    assertThat(root.read("/etc/hostname")).isEqualTo("of-the-builder\n");
    assertThat(root.exists("/var/tmp/kairos-init.X/runtime/bin/java")).isTrue();
    assertThat(root.exists("/var/tmp/others")).isFalse();
    assertThat(root.exists("/run/secrets/deep/mount/token")).isTrue();
    assertThat(root.exists("/run/secrets/other")).isFalse();
    assertThat(root.exists("/dev/null")).isTrue();
  }

  @Test
  void nothingIsDeletedWhereABootstrapperMountsPartsOfThisMachine() {
    assertThatThrownBy(
            () -> new CleanUpRules(List.of(), List.of(), List.of(), List.of(), List.of("/dev/*")))
        .hasMessageContaining("/dev/*");
    assertThat(CleanUpRules.shipped().asHook())
        .startsWith("rm -rf --one-file-system -- \"$1\"/etc/")
        .doesNotContain("\"$1\"/dev", "\"$1\"/run", "\"$1\"/proc", "\"$1\"/sys");
  }
}
