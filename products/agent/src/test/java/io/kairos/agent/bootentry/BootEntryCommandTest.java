package io.kairos.agent.bootentry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.boot.GrubVariables;
import io.kairos.formats.json.Json;
import io.kairos.testkit.host.ScratchHost;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootEntryCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ScratchHost host;

  @BeforeEach
  void aNodeWithAMenu(@TempDir Path root) throws IOException {
    String menu;
    try (var in = BootEntryCommandTest.class.getResourceAsStream("grub.cfg")) {
      menu = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE\n")
            .with("/etc/cos/grub.cfg", menu)
            .withDirectory("/oem");
    host.kernel().mount("/dev/vda2", host.path("/oem"), "ext4", Set.of(), "");
  }

  private BootEntryCommand command(Optional<String> answer) {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new BootEntryCommand(
        host, answer.map(text -> new BufferedReader(new StringReader(text))), stream, stream);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private Map<String, String> variables() {
    return new GrubVariables(host.kernel(), host.path("/oem/grubenv")).read();
  }

  @Test
  void whereNobodyCanBeAskedTheEntriesAreLinesAndNothingChanges() {
    command(Optional.empty()).run(false);
    assertThat(out()).isEqualTo("cos\nfallback\nMemory test\n");
    assertThat(host.exists("/oem/grubenv")).isFalse();
  }

  @Test
  void programsGetEntriesAndChoice() {
    command(Optional.empty()).select("fallback", false);
    out.reset();
    command(Optional.of("1\n")).run(true);
    assertThat(Json.parseObject("out", out.toByteArray()).members())
        .containsEntry("next", "fallback")
        .containsEntry("entries", java.util.List.of("cos", "fallback", "Memory test"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3\n", " Memory test \n"})
  void aPersonAnswersWithNumberOrName(String answer) {
    command(Optional.of(answer)).run(false);
    assertThat(variables()).isEqualTo(Map.of("next_entry", "Memory test"));
    assertThat(out()).contains("  2  fallback\n").endsWith("/oem/grubenv says so.\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", ""})
  void noAnswerLeavesEverythingAsItIs(String answer) {
    command(Optional.of(answer)).run(false);
    assertThat(host.exists("/oem/grubenv")).isFalse();
    assertThat(out()).endsWith("Nothing was changed.\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "4", "coz"})
  void anAnswerThatIsNoEntryIsRefused(String answer) {
    assertThatThrownBy(() -> command(Optional.of(answer)).run(false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("entry " + answer + " does not exist");
    assertThat(host.exists("/oem/grubenv")).isFalse();
  }

  @Test
  void whatIsChosenAlreadyIsMarked() {
    command(Optional.empty()).select("cos", true);
    out.reset();
    command(Optional.of("")).run(false);
    assertThat(out()).contains("1  cos  (next)\n");
  }

  @Test
  void theConfigurationSaysThatOemIsEncrypted() {
    host.with("/oem/a.yaml", "#cloud-config\ninstall:\n  encrypted_partitions: [COS_OEM]\n");
    assertThatThrownBy(() -> command(Optional.empty()).select("cos", false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no partition COS_STATE");
    assertThat(host.exists("/oem/grubenv")).isFalse();
  }
}
