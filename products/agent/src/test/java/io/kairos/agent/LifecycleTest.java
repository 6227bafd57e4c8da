package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.HostFailure;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifecycleTest {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);

  @Test
  void aPersonIsToldHowToCancelBeforeTheMachineRestarts(@TempDir Path root) {
    var host = new ScratchHost(root).withProgram("/usr/sbin/reboot").answering("reboot", "");

    new Lifecycle(host, out, Duration.ZERO).reboot();

    assertThat(shown.toString(StandardCharsets.UTF_8))
        .isEqualTo("Rebooting node in 0s, press Ctrl+C to cancel\n");
    assertThat(host.commands()).containsExactly("reboot");
  }

  @Test
  void aRebootThatLogindDeniesIsAskedOfSystemd(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("run/systemd/system"));
    var host =
        new ScratchHost(root)
            .answering(
                "reboot",
                _ -> {
                  throw new HostFailure("Call to Reboot failed: Access denied");
                })
            .answering("systemctl", "");

    new Lifecycle(host, out, Duration.ZERO).reboot();

    assertThat(host.commands())
        .containsExactly(
            "reboot", "systemctl --no-block --job-mode=replace-irreversibly start reboot.target");
  }

  @Test
  void ctrlCInTheGraceLeavesTheMachineRunning(@TempDir Path root) {
    var host = new ScratchHost(root);
    Thread.currentThread().interrupt();

    new Lifecycle(host, out, Duration.ofSeconds(5)).powerOff();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(host.commands()).isEmpty();
  }
}
