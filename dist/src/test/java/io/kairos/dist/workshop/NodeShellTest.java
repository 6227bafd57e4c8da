package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeShellTest {
  @Test
  void everyAnswerComesBackWhole() {
    List<String> lines = List.of("echo \"it's\" two; echo lines", "echo no >&2; exit 3", "true");
    String stdout =
        LinuxHost.here().run(Command.of("sh", "-s").stdin(NodeShell.script(lines))).stdout();

    var answers = NodeShell.answers(lines, stdout);

    assertThat(answers.get(0).stdout()).isEqualTo("it's two\nlines\n");
    assertThat(answers.get(1).exitCode()).isEqualTo(3);
    assertThat(answers.get(1).stderr()).isEqualTo("no\n");
    assertThat(answers.get(2).succeeded()).isTrue();
  }

  @Test
  void aLostAnswerIsNotTakenForAnotherOne() {
    assertThatThrownBy(() -> NodeShell.answers(List.of("a", "b"), "0  \n"))
        .hasMessageContaining("1 of 2");
  }
}
