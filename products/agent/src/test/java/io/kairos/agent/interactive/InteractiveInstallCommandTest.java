package io.kairos.agent.interactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InteractiveInstallCommandTest {
  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ScratchHost host;

  @BeforeEach
  void aMachine() throws IOException {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "the installer needs root");
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "cdroot\n")
            .with("/sys/block/vda/size", (40L << 21) + "\n")
            .withProgram("/usr/bin/kairos-agent")
            .answering("/usr/bin/kairos-agent", "installing\n")
            .answering("/bin/sh", "");
  }

  private int run(Map<String, String> environment, String lines, boolean opensShell) {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new InteractiveInstallCommand(
            host,
            environment,
            new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
            stream,
            stream)
        .run(Optional.of("oci:example.org/os:1"), opensShell);
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void anInstallerOfTheImageRunsInItsPlaceTheUsersFirst() {
    host.withProgram("/system/installer/kairos-installer")
        .answering("/system/installer/kairos-installer", "");
    assertThat(run(Map.of(), "", false)).isZero();
    host.withProgram("/system/installer/installer").answering("/system/installer/installer", "");
    assertThat(run(Map.of(), "", false)).isZero();
    host.withProgram("/opt/mine").answering("/opt/mine", "");
    assertThat(run(Map.of("KAIROS_INSTALLER", "/opt/mine"), "", false)).isZero();
    assertThat(run(Map.of("KAIROS_INSTALLER", "/opt/none"), "", false)).isZero();
    assertThat(host.commands())
        .containsExactly(
            "/system/installer/kairos-installer --source oci:example.org/os:1",
            "/system/installer/installer --source oci:example.org/os:1",
            "/opt/mine --source oci:example.org/os:1",
            "/system/installer/installer --source oci:example.org/os:1");
  }

  @Test
  void itsExitCodeIsOurs() {
    host.withProgram("/system/installer/installer")
        .answering("/system/installer/installer", _ -> new Output(5, "", ""));
    assertThat(run(Map.of(), "", true)).isEqualTo(5);
    assertThat(output()).contains("exit status 5");
    host.answering("/system/installer/installer", _ -> new Output(137, "", ""));
    assertThat(run(Map.of(), "", true)).isEqualTo(255);
    assertThat(host.commands("/bin/sh")).isEmpty();
  }

  @Test
  void aShellFollowsAnInstallationThatWentWell() {
    assertThat(run(Map.of(), "1\n1\n\n\n", true)).isZero();
    assertThat(host.commands("/bin/sh")).hasSize(1);
    assertThat(host.commands("/usr/bin/kairos-agent"))
        .singleElement()
        .asString()
        .contains("manual-install --source oci:example.org/os:1 --use-default-dirs /");
  }

  @Test
  void imagesMayBringATitleAndHideWhatIsAdvanced() {
    host.with("/etc/kairos/branding/interactive_install_text", "Acme OS\n")
        .with("/etc/kairos/branding/interactive_install_advanced_disabled", "");
    assertThat(run(Map.of(), "1\nq\ny\n", false)).isEqualTo(1);
    assertThat(output()).startsWith("Acme OS").doesNotContain("Customize Further");
  }

  @Test
  void providersAsk() {
    host.withProgram("/system/providers/agent-provider-acme")
        .answering(
            "/system/providers/agent-provider-acme",
            """
            {"data": "[{\\"YAMLSection\\":\\"acme.name\\",\\"Prompt\\":\\"Which name?\\"}]"}
            """);
    assertThat(run(Map.of(), "1\n2\n3\nbox\nq\ny\n", false)).isEqualTo(1);
    assertThat(output()).contains("Configure acme", "Which name?", "Configure acme  *");
  }

  @Test
  void aProviderThatFailsIsSaidAndAsksNothing() {
    host.withProgram("/system/providers/agent-provider-acme")
        .answering("/system/providers/agent-provider-acme", _ -> new Output(1, "", "broken"));
    assertThat(run(Map.of(), "1\n2\nq\ny\n", false)).isEqualTo(1);
    assertThat(output()).contains("WARNING: Provider acme").doesNotContain("Configure acme");
  }

  @Test
  void whereNobodyAnswersNothingIsInstalled() {
    assertThatThrownBy(() -> run(Map.of(), "1\n", false)).isInstanceOf(Refused.class);
    assertThat(host.commands("/usr/bin/kairos-agent")).isEmpty();
  }
}
