package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.AgentSettings.Branding;
import io.kairos.base.InvalidConfig;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentSettingsTest {
  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void aMachine() {
    host = new ScratchHost(root);
  }

  @Test
  void withoutAFileEverythingIsUsual() {
    AgentSettings settings = AgentSettings.read(host);
    assertThat(settings.isFast()).isFalse();
    assertThat(settings.isWebUiDisabled()).isFalse();
    assertThat(settings.webUiListenAddress()).isEqualTo(":8080");
    assertThat(settings.branding(host, Branding.INTERACTIVE_INSTALL)).isEmpty();
  }

  @Test
  void theFileDecides() {
    host.with(
        AgentSettings.FILE,
        """
        fast: true
        webui:
          disable: true
          listen_address: 127.0.0.1:9000
        branding:
          interactive-install: Acme
        """);
    AgentSettings settings = AgentSettings.read(host);
    assertThat(settings.isFast()).isTrue();
    assertThat(settings.isWebUiDisabled()).isTrue();
    assertThat(settings.webUiListenAddress()).isEqualTo("127.0.0.1:9000");
    assertThat(settings.branding(host, Branding.INTERACTIVE_INSTALL)).contains("Acme");
  }

  @Test
  void aTextThatIsNotSetComesFromTheBrandingFiles() {
    host.with("/etc/kairos/branding/interactive_install_text", "Welcome to Acme\n");
    assertThat(AgentSettings.read(host).branding(host, Branding.INTERACTIVE_INSTALL))
        .contains("Welcome to Acme");
  }

  @Test
  void aWrongKindSaysWhereItStands() {
    host.with(AgentSettings.FILE, "webui:\n  disable: perhaps\n");
    assertThatThrownBy(() -> AgentSettings.read(host).isWebUiDisabled())
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining(AgentSettings.FILE + ":2:12");
  }
}
