package io.kairos.testkit.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchHostTest {
  @Test
  void linksStayInsideTheFolder(@TempDir Path root) {
    var host = new ScratchHost(root).withDirectory("/usr/lib").withLink("/lib", "/usr/lib");
    host.withLink("/lib/out", "../../../../etc");
    assertThat(host.path("/lib/x")).isEqualTo(host.root().resolve("usr/lib/x"));
    assertThat(host.path("/lib/out/passwd")).isEqualTo(host.root().resolve("etc/passwd"));
    assertThat(host.path("/lib")).isEqualTo(host.root().resolve("lib"));
    assertThat(host.resolved("/lib")).isEqualTo(host.root().resolve("usr/lib"));
  }

  @Test
  void shellCommandsRunAndSeeTheFolder(@TempDir Path root) {
    var host = new ScratchHost(root);
    assertThat(host.run(Command.of("sh", "-c", "echo $ROOT; cat").stdin("in")).stdout())
        .isEqualTo(host.root() + "\nin");
    assertThatThrownBy(() -> host.run(Command.of("sh", "-c", "echo no >&2; exit 3")))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("exit code 3: no");
    assertThat(host.commands()).hasSize(2);
  }

  @Test
  void otherProgramsAreAnsweredOrMissing(@TempDir Path root) {
    var host = new ScratchHost(root).answering("systemctl", c -> new Output(1, "", "no unit"));
    assertThatThrownBy(() -> host.run(Command.of("systemctl", "enable", "x")))
        .hasMessageContaining("no unit");
    assertThatThrownBy(() -> host.run(Command.of("sfdisk"))).hasMessageContaining("no such");
    assertThat(host.hasProgram("systemctl")).isTrue();
    assertThat(host.hasProgram("sfdisk")).isFalse();
    assertThat(host.commands("systemctl")).containsExactly("systemctl enable x");
  }
}
