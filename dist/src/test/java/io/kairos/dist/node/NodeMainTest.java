package io.kairos.dist.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    var console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    return new NodeMain(console, Map.of()).run(List.of(words));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kairos version",
        "/usr/bin/kairos --version",
        "kairos -v",
        "kairos-agent version",
        "kairos-agent version --long",
        "kairos agent --version",
        "kairos kairos-agent -v"
      })
  void everyNameTellsItsVersion(String line) {
    assertThat(run(line.split(" "))).isZero();
    assertThat(out()).isEqualTo("kairos " + BuildVersion.read() + "\n");
  }

  @Test
  void theBuildWroteItsVersion() {
    assertThat(BuildVersion.read()).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void withoutArgumentsItShowsUsageAndFails() {
    assertThat(run("kairos")).isEqualTo(2);
    assertThat(err()).startsWith("Usage: kairos");
    assertThat(out()).isEmpty();
  }

  @Test
  void anUnknownToolIsNamed() {
    assertThat(run("kairos", "agnet")).isEqualTo(2);
    assertThat(err())
        .startsWith("kairos: unknown sub-tool \"agnet\"\n  try: did you mean 'agent'?");
  }

  @Test
  void anUnknownCommandHasItsOwnExitCode() {
    assertThat(run("kairos-agent", "instal")).isEqualTo(3);
    assertThat(err()).startsWith("No help topic for 'instal'");
  }

  @Test
  void wrongUsageIsToldOnStandardOutput() {
    assertThat(run("kairos-agent", "completion")).isEqualTo(1);
    assertThat(out()).startsWith("Incorrect Usage: SHELL is missing").contains("error: SHELL");
  }

  @Test
  void aFailureIsToldOnStandardOutput() {
    assertThat(run("kairos-agent", "completion", "tcsh")).isEqualTo(1);
    assertThat(out()).startsWith("error: no completion for shell 'tcsh'\n  try: one of bash");
    assertThat(err()).isEmpty();
  }

  @Test
  void aStageMustBeNamedToRun() {
    assertThat(run("kairos-agent", "run-stage")).isEqualTo(1);
    assertThat(out()).contains("STAGE is missing").contains("--override-cloud-init-paths");
  }

  @Test
  void optionsMayFollowTheNameOfTheStage() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
    String[] words = {
      "kairos-agent", "run-stage", "boot", "--override-cloud-init-paths", "/nothere", "--analyze"
    };
    assertThat(run(words)).isZero();
    assertThat(out())
        .isEqualTo(
            """
            error: /nothere: this source of stages does not exist
              try: name a folder, a file or a URL
            """);
  }

  @Test
  void theUuidIsPrintedWithoutALineEnd() {
    assertThat(run("kairos-agent", "uuid")).isZero();
    assertThat(out()).isNotEmpty().doesNotContain("\n");
  }

  @Test
  void anEventThatNobodyKnowsIsNotTold() {
    assertThat(run("kairos-agent", "notify", "agent.bot")).isEqualTo(1);
    assertThat(out()).contains("event 'agent.bot' not defined");
  }

  @Test
  void grubVariablesAreSetAndPrinted(@TempDir Path folder) {
    String file = folder.resolve("grubenv").toString();
    assertThat(run("kairos-agent", "grubedit", "--grub-file", file, "set", "a=b=c")).isZero();
    assertThat(out()).isEmpty();
    assertThat(run("kairos-agent", "grubedit", "--grub-file", file)).isZero();
    assertThat(out()).isEqualTo("a=b=c\n");
    assertThat(run("kairos-agent", "grubedit", "set", "a", "--grub-file", file)).isEqualTo(1);
    assertThat(out()).contains("error: key=value argument must be in the format KEY=VALUE");
  }

  @Test
  void namesOfArtifactsAreMadeOfTheirParts() {
    String[] parts = {
      "--flavor=opensuse", "--flavor-release=leap-15.6", "--variant=core", "--arch=arm64",
      "--model=rpi4", "--version=v3.2.1", "--registry-and-org=quay.io/kairos", "--id=master"
    };
    for (String name : List.of("bootable", "container", "base-container")) {
      List<String> words = new ArrayList<>(List.of("kairos-agent", "versioneer"));
      words.add(name + "-artifact-name");
      words.addAll(List.of(parts));
      assertThat(run(words.toArray(String[]::new))).isZero();
    }
    assertThat(out())
        .isEqualTo(
            """
            kairos-opensuse-leap-15.6-core-arm64-rpi4-v3.2.1
            quay.io/kairos/opensuse:leap-15.6-core-arm64-rpi4-v3.2.1
            quay.io/kairos/opensuse:leap-15.6-arm64-rpi4-master
            """);
  }

  @Test
  void aMissingPartOfANameIsNamed() {
    assertThat(run("kairos-agent", "versioneer", "bootable-artifact-name")).isEqualTo(1);
    assertThat(out()).isEqualTo("error: Version is empty\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bootentry",
        "grubedit",
        "grubedit set",
        "upgrade list-releases",
        "versioneer",
        "versioneer container-artifact-name",
        "pull-image",
        "install-bundle",
        "sysext",
        "sysext list",
        "sysext enable",
        "sysext disable",
        "sysext remove",
        "confext install",
        "logs"
      })
  void everyCommandExplainsItself(String command) {
    List<String> words = new ArrayList<>(List.of("kairos-agent"));
    words.addAll(List.of(command.split(" ")));
    words.add("--help");
    assertThat(run(words.toArray(String[]::new))).isZero();
    assertThat(out()).contains("kairos-agent " + command);
    assertThat(err()).isEmpty();
  }

  @Test
  void yipIsOneOfItsNames() {
    assertThat(run("yip", "--help")).isZero();
    assertThat(run("/usr/bin/kairos", "yip", "--help")).isZero();
    assertThat(out()).contains("yip");
  }
}
