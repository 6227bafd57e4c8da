package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.agent.RunStageCommand.Arguments;
import io.kairos.agent.RunStageCommand.Mode;
import io.kairos.base.HostFailure;
import io.kairos.stages.StageLog;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStageCommandTest {
  private static final String FAILING = "stages: {foo: [{commands: ['exit 1']}]}";

  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private ScratchHost host;

  @BeforeEach
  void aNode() throws IOException {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "run-stage needs root");
    host =
        new ScratchHost(root)
            .with("/proc/cmdline", "root=x BOOT=death-star single 3 a/b=c\n")
            .with("/proc/sys/kernel/hostname", "node1\n");
  }

  private void run(boolean strict, List<String> paths, List<String> instead, Mode mode) {
    new RunStageCommand(
            host,
            config ->
                AgentLog.of(
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    StageLog.Level.WARNING,
                    host,
                    config),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(new Arguments("foo", strict, paths, instead, mode));
  }

  private void run(boolean strict) {
    run(strict, List.of(), List.of(), Mode.RUN);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static String appends(String word) {
    return "[{commands: ['echo " + word + " >> $ROOT/out']}]";
  }

  @Test
  void aFailingStepFailsTheCommandOnlyWhenItIsStrict() {
    host.with("/oem/a.yaml", FAILING);
    run(false);
    assertThat(err()).contains("Some errors found but were ignored");
    assertThatThrownBy(() -> run(true)).isInstanceOf(HostFailure.class);
  }

  @Test
  void theConfigurationMayDemandStrictness() {
    host.with("/oem/a.yaml", FAILING).with("/oem/b.yaml", "#cloud-config\nstrict: true\n");
    assertThatThrownBy(() -> run(false)).isInstanceOf(HostFailure.class);
  }

  /** Assertion 59. */
  @Test
  void debugOfTheConfigurationOrTheKernelTellsEveryDecision() {
    host.with("/oem/a.yaml", "#cloud-config\nstages: {foo: [{name: x, commands: ['true']}]}\n");
    run(false);
    assertThat(err()).isEmpty();
    host.with("/oem/b.yaml", "#cloud-config\ndebug: true\n");
    run(false);
    assertThat(err()).contains("'/oem/a.yaml.x' took").contains("Running stage: foo");
    err.reset();
    host.with("/oem/b.yaml", "#cloud-config\ndebug: false\n");
    run(false);
    assertThat(err()).isEmpty();
    host.with("/proc/cmdline", "root=x rd.kairos.debug\n");
    run(false);
    assertThat(err()).contains("'/oem/a.yaml.x' took");
  }

  @Test
  void malformedStagesAreAnErrorWhenStrict() {
    host.with("/oem/a.yaml", "stages: [foo, bar]\n");
    assertThatThrownBy(() -> run(true)).hasMessageContaining("stages must be a map of stages");
  }

  @Test
  void oddWordsOfTheCommandLineAreNoErrors() {
    run(false);
    run(true);
    assertThat(err()).isEmpty();
  }

  @Test
  void morePathsOfTheConfigurationAndTheCommandLineAreVisitedWithBeforeAndAfter() {
    host.with("/etc/kairos/c.yaml", "#cloud-config\ncloud-init-paths: [/extra]\n")
        .with(
            "/extra/a.yaml",
            "stages: {foo.before: "
                + appends("1")
                + ", foo: "
                + appends("2")
                + ", foo.after: "
                + appends("4")
                + "}")
        .with("/more.conf", "stages: {foo: " + appends("3") + "}");
    run(true, List.of("/more.conf", "/nothere"), List.of(), Mode.RUN);
    assertThat(host.read("/out")).isEqualTo("1\n2\n3\n4\n");
    assertThat(err()).contains("WARNING: /nothere does not exist");
  }

  @Test
  void pathsThatOverrideReplaceAllOthers() {
    host.with("/oem/a.yaml", "stages: {foo: " + appends("never") + "}")
        .with("/only/a.yaml", "stages: {foo: " + appends("only") + "}");
    run(true, List.of(), List.of("/only"), Mode.RUN);
    assertThat(host.read("/out")).isEqualTo("only\n");
  }

  @Test
  void aConfigurationThatCannotBeReadKeepsNoStageFromRunning() {
    host.with("/oem/a.yaml", "#cloud-config\nport: 80\nstages: {foo: " + appends("ran") + "}")
        .with("/oem/b.yaml", "#cloud-config\nport: [x]\n");
    run(false);
    assertThat(host.read("/out")).isEqualTo("ran\n");
    assertThat(err()).contains("WARNING");
  }

  @Test
  void analysisShowsTheGraphsOfAllSources() {
    host.with("/proc/cmdline", "cos.setup=/etc/url.yaml stages.foo[0].commands[0]=id")
        .with("/etc/url.yaml", "{name: U, stages: {foo: [{name: u}]}}")
        .with("/oem/a.yaml", "{name: A, stages: {foo: [{name: a}]}}");
    run(false, List.of(), List.of(), Mode.GRAPH);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("<A.a>", "<U.u>", "<cmdline.0>");
    run(false, List.of(), List.of(), Mode.JSON);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"source\": \"/etc/url.yaml\"");
    assertThat(host.commands()).isEmpty();
  }
}
