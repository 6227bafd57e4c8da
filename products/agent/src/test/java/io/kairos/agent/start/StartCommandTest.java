package io.kairos.agent.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.agent.node.TestImage;
import io.kairos.base.HostFailure;
import io.kairos.formats.grubenv.GrubEnvironment;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCommandTest {
  private static final String DEMO = "/system/providers/agent-provider-demo";
  private static final String SENTINEL = "/usr/local/.kairos/sentinel_firstboot";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Command> told = new ArrayList<>();
  private ScratchHost host;
  private int failures;

  @BeforeEach
  void aNodeWithAProvider() {
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=LABEL=COS_ACTIVE\n")
            .withDirectory("/oem")
            .withProgram(DEMO)
            .answering(
                DEMO,
                command -> {
                  told.add(command);
                  boolean fails = failures-- > 0;
                  return new Output(0, fails ? "{\"error\":\"no network\"}" : "{}", "");
                });
  }

  private void start(boolean restarts) {
    new StartCommand(
            host,
            path -> host,
            Map.of("PATH", "/usr/bin"),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Duration.ZERO)
        .run(new StartCommand.Arguments(List.of(), "http://127.0.0.1:8080", restarts));
  }

  private JsonObject payload() {
    String message = ((Command.Stdin.Text) told.getFirst().stdin()).content();
    String data =
        Json.parseObject("message", message.getBytes(StandardCharsets.UTF_8)).requiredText("data");
    return Json.parseObject("data", data.getBytes(StandardCharsets.UTF_8));
  }

  private GrubEnvironment grub() throws IOException {
    return GrubEnvironment.parse(Files.readAllBytes(host.resolved("/oem/grubenv")));
  }

  @Test
  void providersBootstrapWithTheConfigurationAndItsVariables() {
    host.with("/oem/a.yaml", "#cloud-config\nhostname: a\nenv: [K=V]\n");
    start(false);
    assertThat(told)
        .singleElement()
        .satisfies(
            command -> {
              assertThat(command.argv()).containsExactly(DEMO, "agent.bootstrap");
              assertThat(command.environment()).containsEntry("K", "V");
            });
    assertThat(payload().requiredText("api")).isEqualTo("http://127.0.0.1:8080");
    assertThat(payload().requiredText("config"))
        .startsWith("#cloud-config")
        .contains("hostname: a");
    assertThat(payload().requiredText("logfile")).isEqualTo("/var/log/kairos/agent-provider.log");
    assertThat(host.permissions("/usr/local/.kairos")).isEqualTo("rwx------");
  }

  @Test
  void theFirstBootWritesGrubOptionsOnce() throws IOException {
    host.with("/oem/a.yaml", "#cloud-config\ngrub_options: {extra_cmdline: quiet}\n");
    start(false);
    assertThat(grub().variables()).containsEntry("extra_cmdline", "quiet");
    assertThat(host.exists(SENTINEL)).isTrue();

    host.with("/oem/a.yaml", "#cloud-config\ngrub_options: {extra_cmdline: debug}\n");
    start(false);
    assertThat(grub().variables()).containsEntry("extra_cmdline", "quiet");
    assertThat(told).hasSize(2);
  }

  @Test
  void aFirstBootThatFailsIsDoneAgain() throws IOException {
    String bundle = "bundles: [{local_file: true, targets: ['run:///absent']}]\n";
    host.with("/oem/a.yaml", "#cloud-config\nfail_on_bundles_errors: true\n" + bundle);
    assertThatThrownBy(() -> start(false))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("1 of 1 bundles could not be installed")
        .hasMessageContaining("run:///absent");
    assertThat(host.exists(SENTINEL)).isFalse();
    assertThat(told).isEmpty();

    host.with("/oem/a.yaml", "#cloud-config\n" + bundle);
    start(false);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("WARNING: 1 of 1 bundles could not");
    assertThat(host.exists(SENTINEL)).isTrue();
    assertThat(told).hasSize(1);
  }

  @Test
  void theFirstBootInstallsBundlesOnce() throws IOException {
    TestImage.write(root.resolve("bundle"), Map.of("run.sh", "echo one >> \"$ROOT/runs\"\n"));
    host.with(
        "/oem/a.yaml",
        "#cloud-config\nbundles: [{local_file: true, targets: ['run:///bundle']}]\n");
    start(false);
    start(false);
    assertThat(host.read("/runs")).isEqualTo("one\n");
    assertThat(told).hasSize(2);
  }

  @Test
  void aMediumThatInstallsByItselfStartsNothingElse() {
    host.with("/oem/a.yaml", "#cloud-config\ninstall: {auto: true}\n");
    for (String medium : List.of("root=live:CDLABEL=COS_LIVE", "root=live:LABEL=X", "netboot")) {
      host.with("/proc/cmdline", medium + "\n");
      start(false);
    }
    assertThat(told).isEmpty();
    assertThat(host.exists(SENTINEL)).isFalse();
    host.with("/proc/cmdline", "root=LABEL=COS_PASSIVE\n");
    start(false);
    assertThat(told).hasSize(1);
  }

  @Test
  void aFailureIsTheCommandsUnlessItMayStartOver() {
    failures = 1;
    assertThatThrownBy(() -> start(false))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("Provider demo", "no network");
    failures = 3;
    start(true);
    assertThat(told).hasSize(5);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no network; starting over");
  }

  private static final String PHONE_HOME = "/etc/systemd/system/kairos-agent-phonehome.service";

  @Test
  void aNodeWithAFleetHasAServiceForIt() {
    host.with("/oem/a.yaml", "#cloud-config\nphonehome: {url: 'https://fleet.example'}\n")
        .answering("systemctl", "");
    start(false);
    assertThat(host.read(PHONE_HOME)).contains("ExecStart=/usr/bin/kairos-agent phone-home\n");
    assertThat(host.commands("systemctl"))
        .containsExactly(
            "systemctl daemon-reload",
            "systemctl enable kairos-agent-phonehome",
            "systemctl --no-block start kairos-agent-phonehome");
  }

  @Test
  void aNodeThatCannotPhoneHomeIsUpAllTheSame() {
    host.with("/oem/a.yaml", "#cloud-config\nphonehome: {url: 'https://fleet.example'}\n")
        .answering("systemctl", command -> new Output(1, "", "Access denied"));
    start(false);
    assertThat(told).hasSize(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("WARNING: this node does not phone home", "Access denied");
  }

  @Test
  void aNodeWithoutAFleetHasNone() {
    start(false);
    assertThat(host.exists(PHONE_HOME)).isFalse();
  }
}
