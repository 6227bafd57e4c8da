package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeScriptsTest {
  private static final Host HOST = LinuxHost.here();
  private static final Path SCRIPTS =
      Path.of("src/main/resources/io/kairos/kubernetes").toAbsolutePath();

  @ParameterizedTest
  @ValueSource(strings = {"switch.sh", "node/init.sh", "node/power.sh", "node/afterwards.sh"})
  void aCriticalReaderFindsNothing(String script) {
    assumeTrue(HOST.hasProgram("shellcheck"), "shellcheck is not installed");
    HOST.run(
        Command.of("shellcheck", "--shell=" + (script.endsWith("power.sh") ? "sh" : "bash"))
            .with(SCRIPTS.resolve(script).toString()));
  }

  @Test
  void theImageThatHoldsPodsIsTheOneThatContainerdAsksFor() {
    assertThat(Resource.text("node/containerd.toml"))
        .contains("sandbox_image = \"" + KitImages.PAUSE + "\"");
  }
}
