package io.kairos.agent.phonehome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.boot.BootState;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UninstallTest {
  private static final String UNIT = "/etc/systemd/system/kairos-agent-phonehome.service";

  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void aNode() {
    host = new ScratchHost(root).withDirectory("/oem").answering("systemctl", "");
  }

  private String uninstall() {
    var out = new ByteArrayOutputStream();
    PhoneHomeCommand.uninstall(host, new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void serviceAndCredentialsGo() {
    new PhoneHomeService(host).enable();
    NodeCredentials.of("n", "k").keep(host);
    assertThat(uninstall().lines())
        .containsExactly(
            "stopped kairos-agent-phonehome", "deleted " + UNIT, "deleted " + NodeCredentials.FILE);
    assertThat(host.exists(UNIT)).isFalse();
    assertThat(host.commands("systemctl"))
        .containsExactly(
            "systemctl daemon-reload",
            "systemctl enable kairos-agent-phonehome",
            "systemctl --no-block start kairos-agent-phonehome",
            "systemctl stop kairos-agent-phonehome",
            "systemctl disable kairos-agent-phonehome",
            "systemctl daemon-reload");
  }

  @Test
  void aSecondTimeThereIsNothingToDo() {
    new PhoneHomeService(host).enable();
    uninstall();
    assertThat(uninstall()).isEqualTo("This node phones no home\n");
  }

  @Test
  void onOpenRcItIsAScript() {
    host.withDirectory("/run/openrc").answering("rc-update", "").answering("rc-service", "");
    new PhoneHomeService(host).enable();
    assertThat(host.permissions("/etc/init.d/kairos-agent-phonehome")).isEqualTo("rwxr-xr-x");
    assertThat(host.commands("rc-update"))
        .containsExactly("rc-update add kairos-agent-phonehome default");
    assertThat(host.commands("rc-service"))
        .containsExactly("rc-service kairos-agent-phonehome start");
    uninstall();
    assertThat(host.exists("/etc/init.d/kairos-agent-phonehome")).isFalse();
  }

  @Test
  void onlyTheKeyGoesAndEverythingElseStaysAsItWasWritten() {
    host.with(
        "/oem/a.yml",
        """
        #cloud-config
        # ours
        users: [{name:   a}]   # odd spaces
        phonehome:
          url: x

          labels: {a: b}
        # about the name
        hostname: n
        """);
    assertThat(uninstall()).isEqualTo("removed the key phonehome from /oem/a.yml\n");
    assertThat(host.read("/oem/a.yml"))
        .isEqualTo(
            """
            #cloud-config
            # ours
            users: [{name:   a}]   # odd spaces
            hostname: n
            """);
    assertThat(host.permissions("/oem/a.yml")).isEqualTo("rw-------");
  }

  @Test
  void aDocumentOnOneLineIsWrittenAnew() {
    host.with("/oem/a.yaml", "#cloud-config\n{hostname: node, phonehome: {url: x}, debug: true}\n");
    uninstall();
    assertThat(host.read("/oem/a.yaml")).isEqualTo("#cloud-config\ndebug: true\nhostname: node\n");
  }

  @Test
  void aFileThatSaysNothingElseGoes() {
    host.with("/oem/a.yaml", "#cloud-config\nphonehome: {url: x}\n");
    host.with("/oem/b.yaml", "#cloud-config\nphonehome_not: x\n");
    assertThat(uninstall()).isEqualTo("deleted /oem/a.yaml, which said nothing else\n");
    assertThat(host.exists("/oem/a.yaml")).isFalse();
    assertThat(host.read("/oem/b.yaml")).contains("phonehome_not");
  }

  @Test
  void whatCannotBeReadIsLeftAlone() throws IOException {
    host.with("/oem/a.yaml", "phonehome: [\n").with("/oem/phonehome.txt", "phonehome: x\n");
    Files.write(host.path("/oem/b.yaml"), new byte[] {(byte) 0xff, 'a'});
    assertThat(uninstall())
        .contains("left /oem/a.yaml as it is", "left /oem/b.yaml as it is: it is no text");
    assertThat(host.read("/oem/a.yaml")).isEqualTo("phonehome: [\n");
    assertThat(host.exists("/oem/phonehome.txt")).isTrue();
  }

  @Test
  void aFailureOfTheDiskIsOne() throws IOException {
    host.with(NodeCredentials.FILE + "/file", "a folder in its place\n");
    assertThatThrownBy(this::uninstall)
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("cannot delete");
  }

  @ParameterizedTest
  @CsvSource({
    "ACTIVE, active",
    "PASSIVE, passive",
    "RECOVERY, recovery",
    "AUTORESET, autoreset",
    "LIVE, livecd",
    "UNKNOWN, unknown"
  })
  void theWordsOfBootStatesAreTheServers(BootState state, String word) {
    assertThat(NodeReport.word(state)).isEqualTo(word);
  }
}
