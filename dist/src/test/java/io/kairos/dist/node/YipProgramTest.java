package io.kairos.dist.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.cli.Console;
import io.kairos.testkit.host.ScratchHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YipProgramTest {
  @TempDir Path root;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private ScratchHost host;
  private String stdin = "";
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void aSystem() {
    host = new ScratchHost(root).with("/proc/sys/kernel/hostname", "node1\n");
  }

  private int yip(String... words) {
    var console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    return new YipProgram(
            host,
            Path.of("/work"),
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            console,
            environment)
        .run(List.of(words));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void withoutASourceItFailsAndSaysWhatItNeeds() {
    assertThat(yip()).isEqualTo(1);
    assertThat(err()).contains(YipProgram.NO_SOURCE + "\n").contains("yip --help");
  }

  @Test
  void standardInputIsADocumentWhoseStageDefaultRuns() {
    stdin = "stages: {default: [{commands: ['echo ran > $ROOT/out']}]}\n";
    assertThat(yip("-")).isZero();
    assertThat(host.read("/out")).isEqualTo("ran\n");
    assertThat(err()).startsWith("info: yip version ");
  }

  @Test
  void aStageThatNobodyHasIsSuccess() {
    host.with("/work/a.yaml", "stages: {y: [{commands: ['echo ran > $ROOT/out']}]}");
    assertThat(yip("-s", "x", "a.yaml")).isZero();
    assertThat(host.exists("/out")).isFalse();
  }

  @Test
  void onlyTheStageOfThatNameRunsFromSourcesBelowTheWorkingDirectory() {
    host.with(
        "/work/dir/a.yaml",
        "stages: {y.before: [{commands: ['echo before > $ROOT/out']}],"
            + " y: [{commands: ['echo y >> $ROOT/out']}]}");
    assertThat(yip("--stage", "y", "dir")).isZero();
    assertThat(host.read("/out")).isEqualTo("y\n");
  }

  @Test
  void aFailingCommandIsAFailureButTheOtherSourcesRun() {
    host.with("/a", "stages: {default: [{commands: ['exit 4']}]}")
        .with("/b", "stages: {default: [{commands: ['echo b > $ROOT/out']}]}");
    assertThat(yip("/a", "/b")).isEqualTo(1);
    assertThat(err()).contains("error: step '/a.0': failed to run exit 4: exit status 4");
    assertThat(host.read("/out")).isEqualTo("b\n");
  }

  @Test
  void analysisOfABadFileIsNoFailure() {
    host.with("/a.yaml", "stages: [");
    assertThat(yip("-a", "/a.yaml")).isZero();
    assertThat(out()).contains("error: /a.yaml:");
  }

  @Test
  void analysisAndDryRunExecuteNothing() {
    host.with("/a.yaml", "name: A\nstages: {default: [{name: x, commands: ['touch $ROOT/out']}]}");
    assertThat(yip("-a", "/a.yaml")).isZero();
    assertThat(out()).contains(" <A.x> (background: false) (weak: true)\n");
    assertThat(yip("--dry-run", "/a.yaml")).isZero();
    assertThat(out()).contains("default of /a.yaml\n   1. A.x\n        at /a.yaml:2:20\n");
    assertThat(yip("-a", "-o", "json", "/a.yaml")).isZero();
    assertThat(out()).contains("\"name\": \"A.x\"").contains("\"commands: 1\"");
    assertThat(host.commands()).isEmpty();
  }

  @Test
  void dotsAreADocument() {
    assertThat(yip("-d", "stages.default[0].commands[0]='echo dots > $ROOT/out' 3 a/b=c")).isZero();
    assertThat(host.read("/out")).isEqualTo("dots\n");
  }

  @Test
  void theVariableOfTheLogLevelIsHeard() {
    host.with("/a.yaml", "stages: {default: [{if: 'false', name: x}]}");
    environment = Map.of("LOGLEVEL", "error");
    yip("/a.yaml");
    assertThat(err()).isEmpty();
    environment = Map.of("LOGLEVEL", "WARNING");
    yip("/a.yaml");
    assertThat(err()).isEmpty();
    environment = Map.of("LOGLEVEL", "debug");
    yip("/a.yaml");
    assertThat(err()).contains("info: Running stage: default");
  }

  @Test
  void helpTeaches() {
    assertThat(yip("--help")).isZero();
    assertThat(out()).contains("--dotnotation", "echo 'stages:", "--dry-run");
  }
}
