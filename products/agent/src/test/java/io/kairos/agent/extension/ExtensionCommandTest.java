package io.kairos.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.AgentLock;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.boot.ExtensionKind;
import io.kairos.boot.ExtensionProfile;
import io.kairos.formats.json.Json;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionCommandTest {
  private static final String STORE = "/var/lib/kairos/extensions";
  private static final String RUNTIME = "/run/extensions";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ScratchHost host;
  private int failures;

  @BeforeEach
  void anActiveNodeWithExtensions(@TempDir Path root) {
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE\n")
            .with(STORE + "/k3s.raw", "12345")
            .with(STORE + "/k3s-tools.raw", "1")
            .with(STORE + "/vim.raw", "1")
            .answering("systemd-sysext", "")
            .answering("systemctl", command -> new Output(failures-- > 0 ? 1 : 0, "", "policy"));
  }

  private ExtensionCommand command() {
    return command(ExtensionKind.SYSEXT);
  }

  private ExtensionCommand command(ExtensionKind kind) {
    return new ExtensionCommand(host, kind, new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String link(String path) throws IOException {
    return Files.readSymbolicLink(host.path(path)).toString();
  }

  private boolean isThere(String path) {
    return Files.exists(host.path(path), LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void whatIsEnabledIsALinkThatTheBootFinds() throws IOException {
    command().enable("vim", ExtensionProfile.RECOVERY, false);
    assertThat(link(STORE + "/recovery/vim.raw")).isEqualTo(STORE + "/vim.raw");
    assertThat(ExtensionKind.SYSEXT.enabled(host, ExtensionProfile.RECOVERY))
        .containsExactly("vim.raw");
    assertThat(host.commands("systemctl")).isEmpty();
    assertThat(out()).isEqualTo("vim.raw is enabled for recovery\n");
  }

  /** Assertion 102. */
  @Test
  void enablingAndDisablingTwiceIsNoFailure() {
    command().enable("vim", ExtensionProfile.ACTIVE, false);
    command().enable("vim", ExtensionProfile.ACTIVE, false);
    command().disable("vim", ExtensionProfile.ACTIVE, false);
    command().disable("vim", ExtensionProfile.ACTIVE, false);
    command().disable("unknown", ExtensionProfile.PASSIVE, false);
    assertThat(out())
        .isEqualTo(
            """
            vim.raw is enabled for active
            vim.raw is already enabled for active
            vim.raw is not enabled for active any more
            vim is not enabled for active
            unknown is not enabled for passive
            """);
    assertThatThrownBy(() -> command().enable("unknown", ExtensionProfile.ACTIVE, false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("extension unknown not found")
        .hasMessageContaining("kairos-agent sysext list");
  }

  @Test
  void aPatternThatMayMeanSeveralNamesThemAndAWholeNameDoesNot() {
    assertThatThrownBy(() -> command().enable("k3", ExtensionProfile.ACTIVE, false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("k3s-tools.raw, k3s.raw");
    assertThat(isThere(STORE + "/active")).isFalse();
    command().enable("k3s", ExtensionProfile.ACTIVE, false);
    command().enable("^k.*tools", ExtensionProfile.ACTIVE, false);
    assertThat(ExtensionKind.SYSEXT.enabled(host, ExtensionProfile.ACTIVE))
        .containsExactly("k3s-tools.raw", "k3s.raw");
    assertThatThrownBy(() -> command().enable("[", ExtensionProfile.ACTIVE, false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("neither a name nor a regular expression");
  }

  /** Assertion 103. */
  @Test
  void nowLoadsOnlyWhatThisBootLoads() throws IOException {
    command().enable("vim", ExtensionProfile.PASSIVE, true);
    assertThat(isThere(RUNTIME + "/vim.raw")).isFalse();
    assertThat(host.commands("systemctl")).isEmpty();
    assertThat(out()).contains("Nothing is loaded now");

    command().enable("vim", ExtensionProfile.COMMON, true);
    assertThat(link(RUNTIME + "/vim.raw")).isEqualTo(STORE + "/common/vim.raw");
    command().enable("k3s", ExtensionProfile.ACTIVE, true);
    assertThat(link(RUNTIME + "/k3s.raw")).isEqualTo(STORE + "/active/k3s.raw");
    assertThat(host.commands("systemctl"))
        .containsExactly("systemctl restart systemd-sysext", "systemctl restart systemd-sysext");
  }

  @Test
  void whatCannotBeLoadedIsNotEnabledEitherAndTheOthersAreLoadedAgain() {
    failures = 1;
    assertThatThrownBy(() -> command().enable("vim", ExtensionProfile.ACTIVE, true))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("journalctl --unit=systemd-sysext")
        .hasNoSuppressedExceptions();
    assertThat(isThere(STORE + "/active/vim.raw")).isFalse();
    assertThat(isThere(RUNTIME + "/vim.raw")).isFalse();
    assertThat(host.commands("systemctl")).hasSize(2);
    assertThat(out()).doesNotContain("is loaded");
  }

  @Test
  void whatWasEnabledBeforeStaysEnabledWhenItCannotBeLoaded() {
    command().enable("vim", ExtensionProfile.ACTIVE, false);
    failures = 2;
    assertThatThrownBy(() -> command().enable("vim", ExtensionProfile.ACTIVE, true))
        .isInstanceOf(HostFailure.class);
    assertThat(isThere(STORE + "/active/vim.raw")).isTrue();
  }

  @Test
  void disablingNowUnloadsUnlessAnotherProfileWantsIt() throws IOException {
    command().enable("vim", ExtensionProfile.ACTIVE, true);
    command().enable("vim", ExtensionProfile.COMMON, false);
    command().disable("vim", ExtensionProfile.ACTIVE, true);
    assertThat(link(RUNTIME + "/vim.raw")).isEqualTo(STORE + "/common/vim.raw");
    assertThat(out()).contains("vim.raw stays loaded: it is enabled for common");
    command().disable("vim", ExtensionProfile.COMMON, true);
    assertThat(isThere(RUNTIME + "/vim.raw")).isFalse();
    assertThat(host.commands("systemctl")).hasSize(3);
  }

  /** Assertion 104. */
  @Test
  void removingDropsAllLinksThenTheFileAndUnloadsWhatWasLoaded() {
    for (ExtensionProfile profile : ExtensionProfile.values()) {
      command().enable("vim", profile, false);
    }
    command().remove("k3s-tools", true);
    assertThat(host.commands("systemctl")).isEmpty();
    command().enable("vim", ExtensionProfile.ACTIVE, true);
    command().remove("vim", true);
    for (ExtensionProfile profile : ExtensionProfile.values()) {
      assertThat(isThere(STORE + "/" + profile.word() + "/vim.raw")).isFalse();
    }
    assertThat(isThere(STORE + "/vim.raw")).isFalse();
    assertThat(isThere(RUNTIME + "/vim.raw")).isFalse();
    assertThat(host.commands("systemctl")).hasSize(2);
    assertThatThrownBy(() -> command().remove("vim", false)).isInstanceOf(Refused.class);
  }

  @Test
  void removingCleansUpLinksWhoseFileIsGone() throws IOException {
    command().enable("vim", ExtensionProfile.ACTIVE, false);
    Files.delete(host.path(STORE + "/vim.raw"));
    assertThatThrownBy(() -> command().enable("vim", ExtensionProfile.PASSIVE, false))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("its file is gone");
    command().remove("vim", false);
    assertThat(isThere(STORE + "/active/vim.raw")).isFalse();
  }

  /** Assertion 101, but for the folders: only what changes something makes them. */
  @Test
  void theListHasRawFilesWithSizeBootsAndWhetherTheyAreLoaded() {
    host.with(STORE + "/notes.txt", "");
    command().enable("k3s", ExtensionProfile.ACTIVE, true);
    command().enable("k3s", ExtensionProfile.COMMON, false);
    out.reset();
    command().list(Optional.empty(), false);
    assertThat(out())
        .isEqualTo(
            """
            k3s-tools.raw  1 B  not enabled
            k3s.raw        5 B  for active, common, loaded
            vim.raw        1 B  not enabled
            """);
    out.reset();
    command().list(Optional.of(ExtensionProfile.COMMON), true);
    assertThat(Json.parse("out", out()))
        .isEqualTo(
            List.of(
                Map.of(
                    "name",
                    "k3s.raw",
                    "size",
                    5L,
                    "enabled",
                    List.of("active", "common"),
                    "loaded",
                    true)));
    out.reset();
    command().list(Optional.of(ExtensionProfile.PASSIVE), false);
    assertThat(out()).isEqualTo("No system extensions found\n");
  }

  @Test
  void configurationExtensionsAreOthers() throws IOException {
    command(ExtensionKind.CONFEXT).list(Optional.empty(), false);
    assertThat(out()).isEqualTo("No configuration extensions found\n");
    host.with("/var/lib/kairos/confexts/dns.raw", "1");
    assertThatThrownBy(
            () -> command(ExtensionKind.CONFEXT).enable("dns", ExtensionProfile.COMMON, true))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("this system has no systemd-confext");
    host.answering("systemd-confext", "");
    command(ExtensionKind.CONFEXT).enable("dns", ExtensionProfile.COMMON, true);
    assertThat(link("/run/confexts/dns.raw")).isEqualTo("/var/lib/kairos/confexts/common/dns.raw");
    assertThat(host.commands("systemctl")).containsExactly("systemctl restart systemd-confext");
  }

  @Test
  void oneActionAtATime() {
    try (AgentLock _ = AgentLock.take(host, "kairos-agent upgrade")) {
      assertThatThrownBy(() -> command().remove("vim", false))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("kairos-agent upgrade");
    }
    assertThat(isThere(STORE + "/vim.raw")).isTrue();
  }

  @Test
  void exactlyOneBootIsNamed() {
    assertThat(ExtensionCommand.one(List.of(ExtensionProfile.COMMON)))
        .isEqualTo(ExtensionProfile.COMMON);
    assertThatThrownBy(() -> ExtensionCommand.one(List.of()))
        .hasMessageContaining("give one of --active, --passive, --recovery, --common");
    assertThatThrownBy(
            () -> ExtensionCommand.one(List.of(ExtensionProfile.ACTIVE, ExtensionProfile.COMMON)))
        .isInstanceOf(Refused.class);
  }
}
