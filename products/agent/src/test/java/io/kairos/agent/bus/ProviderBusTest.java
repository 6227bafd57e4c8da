package io.kairos.agent.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.config.Collector;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderBusTest {
  private static final String DEMO = "/system/providers/agent-provider-demo";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<JsonObject> told = Collections.synchronizedList(new ArrayList<>());
  private ScratchHost host;

  @BeforeEach
  void aNode() {
    host = new ScratchHost(root);
  }

  private void provider(String program, String answer) {
    host.withProgram(program)
        .answering(
            program,
            command -> {
              told.add(message(command));
              return new Output(0, answer, "");
            });
  }

  private static JsonObject message(Command command) {
    String text = ((Command.Stdin.Text) command.stdin()).content();
    return Json.parseObject("message", text.getBytes(StandardCharsets.UTF_8));
  }

  private ProviderBus bus(Map<String, String> environment) {
    return ProviderBus.of(
        host,
        new Collector(host).directories(Collector.USER_DIRECTORIES).collect(),
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private List<String> programs(Map<String, String> environment) {
    return bus(environment).providers().stream().map(Provider::program).toList();
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theSearchPathComesBeforeTheFoldersOfProviders() {
    host.withProgram("/usr/bin/agent-provider-b")
        .withProgram("/system/providers/agent-provider-b")
        .withProgram("/usr/local/system/providers/agent-provider-a")
        .withProgram("/system/providers/another-program")
        .with("/system/providers/agent-provider-data", "not executable");
    assertThat(programs(Map.of("PATH", "/usr/bin:.")))
        .containsExactly(
            "/usr/local/system/providers/agent-provider-a", "/usr/bin/agent-provider-b");
    assertThat(programs(Map.of("PATH", "/nowhere"))).contains("/system/providers/agent-provider-b");
  }

  @Test
  void theConfigurationMayNameOtherFolders() {
    host.with("/oem/a.yaml", "#cloud-config\nproviders:\n  paths: [/opt/providers]\n")
        .withProgram("/system/providers/agent-provider-a")
        .withProgram("/opt/providers/agent-provider-b");
    assertThat(programs(Map.of("PATH", ""))).containsExactly("/opt/providers/agent-provider-b");
  }

  /** The exchange of reference agent, appendix A.3. */
  @Test
  void aProviderGetsAMessageAndItsStateIsPrinted() {
    provider(DEMO, "{\"state\":\"cluster joined\",\"data\":\"x\",\"error\":\"\",\"log\":\"\"}");
    var payload = new java.util.LinkedHashMap<String, Object>();
    payload.put("api", "http://127.0.0.1:8080");
    payload.put("config", "#cloud-config\n");
    var answers = bus(Map.of()).publish(ProviderEvent.BOOTSTRAP, payload);
    assertThat(host.commands()).containsExactly(DEMO + " agent.bootstrap");
    assertThat(told)
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.requiredText("name")).isEqualTo("agent.bootstrap");
              assertThat(message.requiredText("data"))
                  .isEqualTo("{\"api\":\"http://127.0.0.1:8080\",\"config\":\"#cloud-config\\n\"}");
              assertThat(message.requiredText("file")).isEmpty();
            });
    assertThat(out()).isEqualTo("[provider event: agent.bootstrap] cluster joined\n");
    assertThat(answers).singleElement().extracting(Provider.Answer::data).isEqualTo("x");
  }

  @Test
  void largeDataIsInAFileOfItsOwnForAsLongAsItIsNeeded() {
    List<String> seen = new ArrayList<>();
    host.withProgram(DEMO)
        .answering(
            DEMO,
            command -> {
              JsonObject message = message(command);
              assertThat(message.requiredText("data")).isEmpty();
              String file = message.requiredText("file");
              assertThat(host.permissions(file)).isEqualTo("rw-------");
              seen.add(host.read(file));
              return new Output(0, "{}", "");
            });
    bus(Map.of()).publish(ProviderEvent.BOOT, Map.of("config", "é".repeat(5000)));
    assertThat(seen).containsExactly("{\"config\":\"" + "é".repeat(5000) + "\"}");
    try (var left = Files.list(host.resolved("/tmp"))) {
      assertThat(left).isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void allAreToldAtOnceAndTheFailuresOfSomeDoNotKeepItFromOthers() {
    var both = new CountDownLatch(2);
    for (String name : List.of("bad", "good")) {
      String program = "/system/providers/agent-provider-" + name;
      host.withProgram(program)
          .answering(
              program,
              command -> {
                both.countDown();
                assertThat(awaited(both)).isTrue();
                return new Output(
                    0,
                    "{\"state\":\"s\",\"error\":\"" + (name.equals("bad") ? "no" : "") + "\"}",
                    "");
              });
    }
    assertThatThrownBy(() -> bus(Map.of()).publish(ProviderEvent.BOOT, Map.of()))
        .isInstanceOf(HostFailure.class)
        .hasMessage("Provider bad at /system/providers/agent-provider-bad had an error: no");
    assertThat(out()).isEqualTo("[provider event: agent.boot] s\n");
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void whatIsNoAnswerIsAnError() {
    host.withProgram(DEMO).answering(DEMO, command -> new Output(0, "joined!", ""));
    assertThatThrownBy(() -> bus(Map.of()).publish(ProviderEvent.BOOT, Map.of()))
        .hasMessageStartingWith("Provider demo at " + DEMO + " had an error: ");
    host.answering(DEMO, command -> new Output(3, "", "segmentation fault"));
    assertThatThrownBy(() -> bus(Map.of()).publish(ProviderEvent.BOOT, Map.of()))
        .hasMessageContaining("exit code 3: segmentation fault");
  }

  @Test
  void debuggingShowsAnswersButNotTheirData() {
    provider(DEMO, "{\"state\":\"ok\",\"data\":\"geheim\",\"log\":\"line\"}");
    bus(Map.of("BUS_DEBUG", "true")).publish(ProviderEvent.INSTALL_CHALLENGE, Map.of());
    assertThat(out()).contains("state 'ok'", "6 characters", "line").doesNotContain("geheim");
  }
}
