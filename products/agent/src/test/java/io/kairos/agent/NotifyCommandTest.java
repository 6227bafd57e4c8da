package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifyCommandTest {
  private static final String DEMO = "/system/providers/agent-provider-demo";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<String> data = new ArrayList<>();
  private ScratchHost host;

  @BeforeEach
  void aNodeWithAProvider() {
    host =
        new ScratchHost(root)
            .with("/oem/a.yaml", "#cloud-config\nhostname: a\n")
            .with("/etc/kairos/b.yaml", "#cloud-config\nhostname: b\ndebug: true\n")
            .with("/other/c.yaml", "#cloud-config\nhostname: c\n")
            .withProgram(DEMO)
            .answering(
                DEMO,
                command -> {
                  String text = ((Command.Stdin.Text) command.stdin()).content();
                  data.add(
                      Json.parseObject("message", text.getBytes(StandardCharsets.UTF_8))
                          .requiredText("data"));
                  return new Output(0, "{\"state\":\"success\"}", "");
                });
  }

  private void run(String event, List<String> folders) {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    new NotifyCommand(host, Map.of("PATH", "/usr/bin"), stream, stream).run(event, folders);
  }

  @Test
  void providersGetTheMergedConfiguration() {
    run("agent.boot", List.of());
    assertThat(host.commands()).containsExactly(DEMO + " agent.boot");
    assertThat(data.getFirst())
        .startsWith("{\"config\":\"#cloud-config\\n")
        .contains("debug: true", "hostname: a");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("[provider event: agent.boot] success\n");
  }

  @Test
  void foldersThatAreNamedReplaceTheUsualOnes() {
    run("agent.boot", List.of("/other"));
    assertThat(data.getFirst()).contains("hostname: c").doesNotContain("debug");
  }

  @Test
  void anEventThatNobodyKnowsIsRefused() {
    assertThatThrownBy(() -> run("agent.bot", List.of()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("event 'agent.bot' not defined")
        .hasMessageContaining("agent.boot");
    assertThatThrownBy(() -> run("agent.installprompt", List.of())).isInstanceOf(Refused.class);
    assertThat(host.commands()).isEmpty();
  }
}
