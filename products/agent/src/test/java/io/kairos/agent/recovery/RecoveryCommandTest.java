package io.kairos.agent.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.formats.qrcode.QrCode;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecoveryCommandTest {
  private static final String DEMO = "/system/providers/agent-provider-demo";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch asked = new CountDownLatch(1);
  private ScratchHost host;

  @BeforeEach
  void aRecoverySystem() {
    host =
        new ScratchHost(root)
            .withDirectory("/run/systemd/system")
            .with("/etc/kairos/branding/recovery_text", "Recovery\nscan it\n")
            .answering("systemctl", "");
  }

  private void provider(String answer) {
    host.withProgram(DEMO)
        .answering(
            DEMO,
            command -> {
              events.add(command.argv().getLast() + " " + payload(command));
              asked.countDown();
              return new Output(0, answer, "");
            });
  }

  private static String payload(Command command) {
    String text = ((Command.Stdin.Text) command.stdin()).content();
    JsonObject message = Json.parseObject("message", text.getBytes(StandardCharsets.UTF_8));
    return message.requiredText("data");
  }

  private void recover(InputStream in) {
    new RecoveryCommand(
            host,
            Map.of("PATH", "/usr/bin"),
            in,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Duration.ZERO)
        .run();
  }

  private static InputStream enter() {
    return new ByteArrayInputStream("\n".getBytes(StandardCharsets.UTF_8));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theAnswerOfAProviderIsShownUntilEnterIsPressed() {
    provider("{\"state\":\"connect to 1234 with abcd\",\"data\":\"token\"}");
    recover(enter());
    assertThat(out())
        .startsWith("┌──────────┐\n│ Recovery │\n│ scan it  │\n└──────────┘\n")
        .contains("\nconnect to 1234 with abcd\n", QrCode.of("token").orElseThrow().halfBlocks())
        .contains("Press Enter")
        .doesNotContain("[provider event: agent.recovery]");
    assertThat(events)
        .containsExactly(
            "agent.recovery {\"config\":\"\"}", "agent.recovery.stop {\"config\":\"\"}");
    assertThat(host.commands("systemctl"))
        .containsExactly(
            "systemctl unmask getty@tty1.service", "systemctl --no-block start getty@tty1.service");
  }

  @Test
  void nothingIsClosedBeforeEnterIsPressed() throws Exception {
    provider("{\"state\":\"open\"}");
    try (var person = new PipedOutputStream();
        var in = new PipedInputStream(person)) {
      Thread command = Thread.ofPlatform().start(() -> recover(in));
      asked.await();
      assertThat(host.commands("systemctl")).isEmpty();
      assertThat(events).hasSize(1);
      person.write('\n');
      person.flush();
      command.join();
    }
    assertThat(events).hasSize(2);
  }

  @Test
  void aSignalClosesTheWayInToo() throws Exception {
    provider("{\"state\":\"open\"}");
    try (var person = new PipedOutputStream();
        var in = new PipedInputStream(person)) {
      Thread command = Thread.ofPlatform().start(() -> recover(in));
      asked.await();
      command.interrupt();
      command.join();
    }
    assertThat(events).last().asString().startsWith("agent.recovery.stop");
    assertThat(host.commands("systemctl")).hasSize(2);
  }

  @Test
  void aSignalWhileAProviderOpensTheWayInClosesIt() {
    host.withProgram(DEMO)
        .answering(
            DEMO,
            command -> {
              events.add(command.argv().getLast());
              if (events.size() == 1) {
                Thread.currentThread().interrupt();
                throw new HostFailure("interrupted while it was running");
              }
              return new Output(0, "{}", "");
            });

    assertThatThrownBy(() -> recover(InputStream.nullInputStream()))
        .isInstanceOf(HostFailure.class);

    assertThat(events).containsExactly("agent.recovery", "agent.recovery.stop");
    assertThat(host.commands("systemctl")).as("a login").hasSize(2);
  }

  @Test
  void withoutAProviderItSaysWhatIsMissing() {
    recover(InputStream.nullInputStream());
    assertThat(out())
        .contains("No provider is on this machine", "  try: log in here", "agent-provider-NAME");
    assertThat(host.commands("systemctl")).hasSize(2);
  }

  @Test
  void aProviderWithoutRemoteRecoveryIsNamed() {
    provider("{}");
    recover(InputStream.nullInputStream());
    assertThat(out()).contains("No provider opens a way in (demo)");
  }

  @Test
  void aProviderThatFailsLeavesTheConsoleToALogin() {
    provider("{\"error\":\"no network\"}");
    assertThatThrownBy(() -> recover(enter()))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("Provider demo", "no network");
    assertThat(host.commands("systemctl")).hasSize(2);
  }

  @Test
  void anImageMayBringItsOwnTextAndBanner() throws IOException {
    host.with("/etc/kairos/branding/banner", "ACME")
        .with("/etc/kairos/agent.yaml", "branding: {recovery: call us}\nfast: true\n");
    recover(InputStream.nullInputStream());
    assertThat(out()).startsWith("ACME\n┌─────────┐\n│ call us │\n");
  }

  @Test
  void aTokenThatNoCodeCanHoldIsPrinted() {
    provider("{\"data\":\"" + "x".repeat(3000) + "\"}");
    recover(enter());
    assertThat(out()).contains("too long for a QR code:\n" + "x".repeat(3000));
  }
}
