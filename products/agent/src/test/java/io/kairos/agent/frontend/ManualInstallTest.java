package io.kairos.agent.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManualInstallTest {
  private static final String AGENT = "/usr/bin/kairos-agent";
  private static final ManualInstall EVERYTHING =
      new ManualInstall(
          "#cloud-config\n",
          Optional.of("/dev/vda"),
          Optional.of("oci:example.org/os:1"),
          true,
          true,
          true);

  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void aMachine() {
    host = new ScratchHost(root).withProgram(AGENT);
  }

  @Test
  void theCommandLineIsTheOneThatFrontEndsUse() {
    assertThat(EVERYTHING.arguments(AGENT, Path.of("/tmp/c.yaml")))
        .containsExactly(
            AGENT,
            "manual-install",
            "--source",
            "oci:example.org/os:1",
            "--use-default-dirs",
            "--poweroff",
            "--reboot",
            "--device",
            "/dev/vda",
            "/tmp/c.yaml");
    assertThat(
            new ManualInstall("", Optional.empty(), Optional.empty(), false, false, false)
                .arguments(AGENT, Path.of("/tmp/c.yaml")))
        .containsExactly(AGENT, "manual-install", "/tmp/c.yaml");
  }

  @Test
  void theCloudConfigIsForItsOwnerAloneAndGoneAfterwards() {
    List<String> seen = new ArrayList<>();
    host.answering(
        AGENT,
        command -> {
          Path file = Path.of(command.argv().getLast());
          try {
            seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            seen.add(Files.readString(file));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return new Output(0, "", "");
        });
    assertThat(EVERYTHING.run(host, AGENT, _ -> {})).isZero();
    assertThat(seen).containsExactly("rw-------", "#cloud-config\n");
    assertThat(host.resolved("/tmp")).isEmptyDirectory();
  }

  @Test
  void eventsAndLinesAreToldAndTheExitCodeIsNoException() {
    host.answering(
        AGENT,
        command -> {
          assertThat(command.environment()).containsEntry("KAIROS_AGENT_PROGRESS", "1");
          return new Output(
              3, "{\"event\":\"step\",\"step\":\"active\"}\nhello\n", "{\"event\":\"later\"}\n");
        });
    List<InstallEvent> events = new ArrayList<>();
    assertThat(EVERYTHING.run(host, AGENT, events::add)).isEqualTo(3);
    assertThat(events)
        .containsExactly(
            new InstallEvent.Reached(InstallMilestone.ACTIVE), new InstallEvent.Line("hello"));
  }

  @Test
  void theProgramIsThatOfTheVariableWhereItExists() {
    assertThat(ManualInstall.program(host, Map.of())).isEqualTo(AGENT);
    assertThat(ManualInstall.program(host, Map.of(ManualInstall.VARIABLE, "/opt/none")))
        .isEqualTo(AGENT);
    host.withProgram("/opt/agent");
    assertThat(ManualInstall.program(host, Map.of(ManualInstall.VARIABLE, "/opt/agent")))
        .isEqualTo("/opt/agent");
  }

  @Test
  void aCloudConfigDoesNotShowInTexts() {
    assertThat(EVERYTHING.toString()).doesNotContain("cloud-config\n").contains("/dev/vda");
  }
}
