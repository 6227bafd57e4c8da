package io.kairos.agent.bootentry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrubEditCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private GrubEditCommand command;

  @BeforeEach
  void aNode(@TempDir Path root) {
    command =
        new GrubEditCommand(
            new ScratchHost(root).withDirectory("/oem"),
            "/oem/grubenv",
            new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    out.reset();
    command.print(false);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aFileThatIsNotThereIsNoError() {
    assertThat(printed()).isEmpty();
  }

  @Test
  void whatWasSetIsPrintedByNameAndMayHoldEqualsSigns() {
    command.set("extra_cmdline=console=ttyS0 quiet");
    command.set("default_menu_entry=My node");
    assertThat(printed())
        .isEqualTo("default_menu_entry=My node\nextra_cmdline=console=ttyS0 quiet\n");
    command.set("default_menu_entry=");
    assertThat(printed()).isEqualTo("extra_cmdline=console=ttyS0 quiet\n");
  }

  @Test
  void programsGetAnObject() {
    command.set("a=1");
    command.print(true);
    assertThat(Json.parse("out", out.toByteArray())).isEqualTo(Map.of("a", "1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "=1", ""})
  void whatIsNoAssignmentIsRefused(String text) {
    assertThatThrownBy(() -> command.set(text))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith("key=value argument must be in the format KEY=VALUE");
  }
}
