package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The head of the file kairos-init; the whole of it is at work in {@code KairosInitIT}. */
class InitFileTest {
  private static final Host HOST = LinuxHost.here();

  @TempDir private Path folder;

  private Path head(String machine) throws IOException {
    String text =
        ProgramImages.text("initimage/kairos-init.sh")
            .replace("@machine@", machine)
            .replace("@loader@", InitImageVerb.LOADER);
    return Files.writeString(
        folder.resolve("kairos-init"), text.replace("@lines@", "" + text.lines().count()));
  }

  private Output run(String shell, Path file) throws IOException {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Output output =
        HOST.run(
            Command.of(List.copyOf(Arrays.asList(shell.split(" "))))
                .with(file.toString(), "version")
                .env("TMPDIR", temporary.toString())
                .expectingAny());
    assertThat(temporary).isEmptyDirectory();
    return output;
  }

  @Test
  void aCriticalReaderFindsNothing() throws IOException {
    assumeTrue(HOST.hasProgram("shellcheck"), "shellcheck is not installed");
    HOST.run(Command.of("shellcheck", head("x86_64").toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "bash", "busybox sh"})
  void aFileThatIsNotWholeIsSaidToBeSoAndLeavesNothing(String shell) throws IOException {
    assumeTrue(HOST.hasProgram(shell.split(" ")[0]), shell + " is not installed");

    Output output = run(shell, head("x86_64"));

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.stderr())
        .contains("error: cannot unpack ", "\n  try: ", "or fetch the file again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "busybox sh"})
  void anotherProcessorIsNamed(String shell) throws IOException {
    assumeTrue(HOST.hasProgram(shell.split(" ")[0]), shell + " is not installed");

    Output output = run(shell, head("vax"));

    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.stderr()).startsWith("error: this kairos-init is for vax, not for ");
  }
}
