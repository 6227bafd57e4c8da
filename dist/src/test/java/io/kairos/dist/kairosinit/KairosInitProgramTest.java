package io.kairos.dist.kairosinit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.convert.ConvertPart;
import io.kairos.dist.cli.Console;
import io.kairos.host.linux.LinuxHost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a run-time to install, so that no command line converts this machine. */
class KairosInitProgramTest {
  /** What is said of a command line with which nothing is wrong. */
  private static final String UNDERSTOOD = "is no run-time";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path home;

  private int run(String... words) {
    return run(Map.of(), words);
  }

  private int run(Map<String, String> environment, String... words) {
    var console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    return new KairosInitProgram(LinuxHost.here(), home, console, environment).run(List.of(words));
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
        // as the operator's Dockerfile and upstream's have them
        "-l debug -s install -m generic -t false --version 1.2.3",
        "-l debug -s init -m generic -t false --version v1.2",
        "-l debug -s all -m generic -t false --version 1.2.3-rc1+build ''",
        "--level=trace --stage=all --model=generic --trusted=0 -v 1.2.3",
        "-m '' -t '' -p '' --provider-k3s-version '' --provider= --version 1.2.3 ''",
        "--skip-step sshHardening,INITRD --skip-steps kubernetes --version 1.2.3",
        "--skip-step install --version 1.2.3",
        "-x=false --fips=false --version 1.2.3",
      })
  void whatDockerfilesSayIsUnderstood(String line) {
    assertThat(run(words(line))).isEqualTo(1);
    assertThat(err()).contains(UNDERSTOOD);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p k3s --provider-k3s-version v1.35.1+k3s1 | --provider: this kairos-init has no provider k3s yet
          --provider=k0s                             | has no provider k0s yet
          -p k3s,edgevpn                             | has no provider k3s, edgevpn yet
          --provider-k0s-version v1.34               | --provider-k0s-version: this kairos-init has no providers yet
          --fips                                     | --fips: this kairos-init has no programs that are certified
          -t true                                    | --trusted: this kairos-init makes no images for Trusted Boot yet
          --trusted=1                                | --trusted: this kairos-init makes no images for Trusted Boot yet
          -m rpi4                                    | --model: this kairos-init knows no kernel for the model 'rpi4'
          -x                                         | --stage-extensions: this kairos-init runs no extensions yet
          """)
  void whatIsNotThereYetIsRefusedByName(String flags, String said) {
    assertThat(run(words(flags + " --version 1.2.3"))).isEqualTo(1);
    assertThat(err()).startsWith("error: ").contains(said).contains("\n  try: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          -s install                      | option --version is missing
          --version ''                    | option --version is missing
          --version latest                | 'latest' is no semantic version
          -s instal --version 1           | option -s does not take 'instal'
          -l loud --version 1             | option -l does not take 'loud'
          -t maybe --version 1            | option --trusted does not take 'maybe'
          --skip-step sshHardning -v 1    | did you mean 'sshHardening'?
          --skip-step anything-else -v 1  | kairos-init steps-info lists them
          --framework-version v2 -v 1     | unknown option '--framework-version'
          validat                         | did you mean 'validate'?
          """)
  void whatIsWrongIsSaidWithARemedy(String line, String said) {
    assertThat(run(words(line))).isEqualTo(1);
    assertThat(err()).startsWith("error: ").contains(said).doesNotContain(UNDERSTOOD);
  }

  @Test
  void aDateThatIsNoneIsWrong() {
    assertThat(run(Map.of("SOURCE_DATE_EPOCH", "yesterday"), "--version", "1.2.3")).isEqualTo(1);
    assertThat(err()).contains("SOURCE_DATE_EPOCH is 'yesterday'");
  }

  @Test
  void everyStepThatCanBeSkippedIsListedInTheOrderOfNames() {
    assertThat(run("steps-info")).isZero();

    List<String> names = out().lines().map(line -> line.split(" ")[0]).toList();
    assertThat(names).isSortedAccordingTo(String.CASE_INSENSITIVE_ORDER);
    assertThat(names).contains("install", "init", "providerBinaries", "kubernetes");
    for (ConvertPart part : ConvertPart.values()) {
      assertThat(names).contains(part.word());
    }
  }

  @Test
  void itTeaches() {
    assertThat(run("--help")).isZero();
    assertThat(out())
        .contains("--stage NAME, -s", "--skip-step NAMES", "kairos-init -s install --version");
  }

  @Test
  void validateSaysItemByItemWhyThisMachineIsNoImage() {
    assertThat(run("validate", "-t", "false")).isEqualTo(1);
    assertThat(out()).contains("FAIL    /etc/kairos-release: missing");
  }

  /** {@code ''} is an empty word. */
  private static String[] words(String line) {
    return java.util.Arrays.stream(line.strip().split(" +"))
        .map(word -> word.equals("''") ? "" : word)
        .toArray(String[]::new);
  }
}
