package io.kairos.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.config.Documents;
import io.kairos.plan.GraphApplier.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageRunnerTest {
  @TempDir Path root;

  private static String appends(String word) {
    return "    - commands: ['echo " + word + " >> $ROOT/out']\n";
  }

  @Test
  void aStageRunsWithItsBeforeAndAfter() {
    var node =
        new Stages(root)
            .file(
                "/oem/a.yaml",
                "stages:\n"
                    + "  foo.after:\n"
                    + appends("3")
                    + "  foo:\n"
                    + appends("2")
                    + "  foo.before:\n"
                    + appends("1")
                    + "  foo.before.x:\n"
                    + appends("never"));
    assertThat(node.run("foo").succeeded()).isTrue();
    assertThat(node.host.read("/out")).isEqualTo("1\n2\n3\n");
    assertThat(node.log)
        .contains("INFO Running stage: foo.before", "INFO Done executing stage 'foo'");
  }

  @Test
  void filesAreAppliedInTheOrderOfTheirNamesAndFoldersInPlace() {
    var node =
        new Stages(root)
            .file("/oem/02.yaml", "stages:\n  foo:\n" + appends("c"))
            .file("/oem/01/z.yml", "stages:\n  foo:\n" + appends("b"))
            .file("/oem/00.yaml", "stages:\n  foo:\n" + appends("a"))
            .file("/oem/ignored.txt", "stages:\n  foo:\n" + appends("x"));
    node.run("foo").orThrow();
    assertThat(node.host.read("/out")).isEqualTo("a\nb\nc\n");
  }

  @Test
  void allSourcesFinishBeforeAnyStartsWhenTheStageComes() {
    var node =
        new Stages(root)
            .file(
                "/system/oem/a.yaml",
                "stages:\n  foo.before:\n" + appends("1") + "  foo:\n" + appends("3"))
            .file(
                "/oem/a.yaml",
                "stages:\n  foo.before:\n" + appends("2") + "  foo:\n" + appends("4"));
    node.runner().run("foo", StageSources.standard()).orThrow();
    assertThat(node.host.read("/out")).isEqualTo("1\n2\n3\n4\n");
  }

  @Test
  void aStepMayComeAfterAStepOfALaterFile() {
    var node =
        new Stages(root)
            .file(
                "/oem/01.yaml",
                "stages:\n  foo:\n  - after: [{name: test.test}]\n    commands: ['echo late >> $ROOT/out']\n")
            .file(
                "/oem/02.yaml",
                "name: test\nstages:\n  foo:\n  - name: test\n    commands: ['echo early >> $ROOT/out']\n");
    node.run("foo").orThrow();
    assertThat(node.host.read("/out")).isEqualTo("early\nlate\n");
  }

  @Test
  void aFailingStepIsReportedAndDisablesNothing() {
    var node =
        new Stages(root)
            .file("/oem/01.yaml", "stages:\n  foo:\n  - commands: ['echo broken >&2; exit 3']\n")
            .file("/oem/02.yaml", "stages:\n  foo:\n" + appends("ran"));
    StageReport report = node.run("foo");
    assertThat(node.host.read("/out")).isEqualTo("ran\n");
    assertThat(report.succeeded()).isFalse();
    assertThat(report.errors())
        .singleElement()
        .asString()
        .contains("/oem/01.yaml.0", "failed to run", "exit status 3", "broken");
    assertThatThrownBy(report::orThrow).isInstanceOf(HostFailure.class);
  }

  @Test
  void aBrokenFileIsReportedWithItsPlaceAndDisablesNoOther() {
    var node =
        new Stages(root)
            .file("/oem/01.yaml", "stages:\n  foo:\n  - commands: notalist\n")
            .file("/oem/02.yaml", "stages: [\n")
            .file("/oem/03.yaml", "stages:\n  foo:\n" + appends("ran"));
    StageReport report = node.run("foo");
    assertThat(node.host.read("/out")).isEqualTo("ran\n");
    assertThat(report.errors())
        .hasSize(2)
        .anyMatch(
            line ->
                line.contains("/oem/01.yaml:3:15: stages.foo[0].commands must be a list of texts"))
        .anyMatch(line -> line.contains("/oem/02.yaml:2:1: not valid YAML"));
  }

  @Test
  void anUnknownStepKeyIsAWarningWithASuggestion() {
    var node =
        new Stages(root).file("/oem/01.yaml", "stages:\n  foo:\n  - comands: [x]\n    name: a\n");
    assertThat(node.run("foo").succeeded()).isTrue();
    assertThat(node.log)
        .anyMatch(
            line ->
                line.contains("/oem/01.yaml:3:5: unknown key 'stages.foo[0].comands'")
                    && line.contains("did you mean 'commands'?"));
  }

  @Test
  void aConditionThatDoesNotHoldSkipsTheStepWithoutAnError() {
    var node =
        new Stages(root)
            .file(
                "/oem/01.yaml",
                "stages:\n  foo:\n  - if: 'false'\n    commands: ['echo x > $ROOT/out']\n");
    StageReport report = node.run("foo");
    assertThat(report.succeeded()).isTrue();
    assertThat(report.results())
        .singleElement()
        .isInstanceOfSatisfying(
            Result.Skipped.class,
            skipped -> assertThat(skipped.reason()).contains("if statement (false)"));
    assertThat(node.host.exists("/out")).isFalse();
    assertThat(node.log)
        .anyMatch(line -> line.startsWith("INFO (conditional) Skip 'if statement (false)"));
  }

  @Test
  void actionsRunInTheirOwnOrderHoweverTheyAreWritten() {
    var node =
        new Stages(root)
            .file(
                "/oem/01.yaml",
                """
                stages:
                  foo:
                  - hostname: later
                    commands: ['cat $ROOT/a > $ROOT/b; cat $ROOT/etc/hostname >> $ROOT/b || true']
                    files: [{path: /a, content: written, permissions: 0644}]
                """);
    node.run("foo").orThrow();
    assertThat(node.host.read("/b")).isEqualTo("written");
    assertThat(node.host.kernel().hostname()).contains("later");
  }

  @Test
  void aFileWrittenByAnEarlierStageIsSeenByALaterOne() {
    var node =
        new Stages(root)
            .file(
                "/oem/01.yaml",
                """
                stages:
                  foo.before:
                  - files:
                    - path: /oem/02.yaml
                      permissions: 0600
                      content: "stages: {foo: [{commands: ['echo new > $ROOT/out']}]}"
                """);
    node.run("foo").orThrow();
    assertThat(node.host.read("/out")).isEqualTo("new\n");
  }

  @Test
  void aSourceThatSomebodyAskedForMustExist() {
    var node = new Stages(root);
    assertThat(node.runner().run("foo", StageSources.only("/does/not/exist")).errors())
        .singleElement()
        .asString()
        .contains("/does/not/exist: this source of stages does not exist");
    assertThat(node.runner().run("foo", StageSources.standard()).succeeded()).isTrue();
  }

  @Test
  void theKernelCommandLineMayHoldSteps() {
    var node = new Stages(root);
    var sources =
        StageSources.standard()
            .withCommandLine(
                "BOOT=death-star single stages.leia[0].commands[0]='echo beep > $ROOT/out' 3 a/b=c");
    node.runner().run("leia", sources).orThrow();
    assertThat(node.host.read("/out")).isEqualTo("beep\n");
  }

  @Test
  void theConfigUrlOfTheKernelCommandLineIsASourceToo() {
    for (String token : List.of("cos.setup=/etc/x.conf", "kairos.config_url=/etc/x.conf")) {
      var node = new Stages(root).file("/etc/x.conf", "stages:\n  foo:\n" + appends("url"));
      node.runner().run("foo", StageSources.standard().withCommandLine(token)).orThrow();
    }
    assertThat(root.resolve("out")).hasContent("url\nurl");
  }

  @Test
  void aTemplatedConfigUrlIsRenderedOnceAndFetchedOnce() {
    var node = new Stages(root).file("/sys/class/dmi/id/product_uuid", "abc-123\n");
    var fetched = new ArrayList<String>();
    var runner =
        new StageRunner(
            node.host,
            address -> {
              fetched.add(address.toString());
              return "stages:\n  foo:\n" + appends("remote");
            },
            StageLog.SILENT);
    var url = "\"kairos.config_url=https://e/?uuid={{ .Values.product.uuid }}\"";
    runner.run("foo", StageSources.standard().withCommandLine(url)).orThrow();
    assertThat(fetched).containsExactly("https://e/?uuid=abc-123");
    assertThat(node.host.read("/out")).isEqualTo("remote\n");
  }

  @Test
  void aConfigUrlThatCannotBeRenderedIsAnErrorAndTheRestStillRuns() {
    var node = new Stages(root).file("/oem/a.yaml", "stages:\n  foo:\n" + appends("ran"));
    StageReport report =
        node.runner()
            .run(
                "foo",
                StageSources.standard()
                    .withCommandLine("\"kairos.config_url=https://e/{{ .Values.nope }}\""));
    assertThat(report.errors())
        .singleElement()
        .asString()
        .contains("rendering config_url: execute");
    assertThat(node.host.read("/out")).isEqualTo("ran\n");
  }

  @Test
  void independentStepsRunSideBySide() {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    var node = new Stages(root);
    node.host.answering(
        "systemctl",
        command -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          try {
            Thread.sleep(100);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          running.decrementAndGet();
          return new io.kairos.host.Output(0, "", "");
        });
    node.file(
        "/oem/a.yaml",
        """
        name: n
        stages:
          foo:
          - {name: a, after: [{name: init}], systemctl: {enable: [a]}}
          - {name: b, after: [{name: init}], systemctl: {enable: [b]}}
        """);
    node.run("foo").orThrow();
    assertThat(most).hasValue(2);
  }

  @Test
  void analysisShowsTheGraphAndExecutesNothing() {
    var node =
        new Stages(root)
            .file(
                "/oem/01.yaml",
                "name: A\nstages:\n  foo:\n  - {name: one, commands: ['touch $ROOT/out']}\n  - {name: two}\n")
            .file("/oem/02.yaml", "stages:\n  foo:\n  - {commands: ['touch $ROOT/out']}\n");
    assertThat(node.runner().analyze("foo", StageSources.only("/oem")))
        .isEqualTo(
            """
            stage: foo
            1.
             <init> (background: false) (weak: false)
            2.
             <A.one> (background: false) (weak: true)
            3.
             <A.two> (background: false) (weak: true)
            4.
             </oem/02.yaml.0> (background: false) (weak: true)
            """);
    assertThat(node.host.exists("/out")).isFalse();
    assertThat(node.host.commands()).isEmpty();
  }

  @Test
  void aSingleFileOfAnyNameIsLikeAFolderWithOneFile() {
    var node = new Stages(root).file("/etc/steps.conf", "stages:\n  foo:\n" + appends("1"));
    node.runner().run("foo", StageSources.only("/etc/steps.conf")).orThrow();
    assertThat(node.host.read("/out")).isEqualTo("1\n");
  }

  @Test
  void aFailingStepKeepsThoseThatWaitForItGoing() {
    var node =
        new Stages(root)
            .file(
                "/oem/a.yaml",
                "stages:\n  foo:\n    - commands: ['exit 1']\n      hostname: named\n"
                    + appends("after"));
    StageReport report = node.run("foo");
    assertThat(report.succeeded()).isFalse();
    assertThat(node.host.read("/out")).isEqualTo("after\n");
    assertThat(node.host.kernel().hostname()).contains("named");
  }

  @Test
  void aDocumentIsASourceInEitherNotation() {
    var node = new Stages(root);
    node.runner()
        .runAlone("default", StageSources.document("stages:\n  default:\n" + appends("yaml")))
        .orThrow();
    var dotted =
        StageSources.document(
                "stages.default[0].name=x stages.default[0].commands[0]='echo dots >> $ROOT/out' 3")
            .in(StageSources.Notation.DOTTED);
    node.runner().runAlone("default", dotted).orThrow();
    assertThat(node.host.read("/out")).isEqualTo("yaml\ndots\n");
  }

  @Test
  void anInvalidLineInDotsIsAnEmptyDocumentAndAHalfOneKeepsItsHalf() {
    var node = new Stages(root);
    var invalid = StageSources.document("&&& []= 3[").in(StageSources.Notation.DOTTED);
    assertThat(node.runner().runAlone("default", invalid).succeeded()).isTrue();
    var half =
        StageSources.document("stages.foo[0].name=bar boo.baz [[ 'stages.foo[0].commands[0]=baz'")
            .in(StageSources.Notation.DOTTED);
    assertThat(node.runner().previewAlone("foo", half).listing()).contains("<<STDIN>.bar>");
    assertThat(node.runner().previewAlone("foo", half).graphs().getFirst().layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.getFirst().works()).containsExactly("commands: 1"));
  }

  @Test
  void aStageRunsAloneWhenItIsAskedForAlone() {
    var node =
        new Stages(root)
            .file(
                "/oem/a.yaml",
                "stages:\n  foo.before:\n" + appends("before") + "  foo:\n" + appends("alone"));
    node.runner().runAlone("foo", StageSources.only("/oem")).orThrow();
    assertThat(node.host.read("/out")).isEqualTo("alone\n");
  }

  @Test
  void foldersAreThroughBeforeTheConfigUrlAndThatBeforeTheCommandLine() {
    var node =
        new Stages(root)
            .file(
                "/oem/a.yaml",
                "stages:\n  foo.before:\n" + appends("1") + "  foo.after:\n" + appends("2"))
            .file("/etc/url/a.yaml", "stages:\n  foo.before:\n" + appends("3"))
            .file("/etc/url/b.yaml", "stages:\n  foo:\n" + appends("4"));
    var sources =
        StageSources.standard()
            .withCommandLine(
                "kairos.config_url=/etc/url stages.foo.before[0].x=y"
                    + " stages.foo[0].commands[0]='echo 5 >> $ROOT/out'");
    node.runner().run("foo", sources).orThrow();
    assertThat(node.host.read("/out")).isEqualTo("1\n2\n3\n4\n5\n");
  }

  @Test
  void aLayerBeginsWhenAllOfTheOneBeforeHasEnded() {
    var node = new Stages(root);
    var release = new java.util.concurrent.CountDownLatch(1);
    node.host.answering(
        "systemctl",
        command -> {
          try {
            // "fast" is through when this is asked to end; "later" must still wait for "slow"
            release.await(5, java.util.concurrent.TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          node.host.with("/slow", "");
          return new io.kairos.host.Output(0, "", "");
        });
    node.file(
        "/oem/a.yaml",
        """
        name: n
        stages:
          foo:
          - {name: slow, after: [{name: init}], systemctl: {enable: [a]}}
          - {name: fast, after: [{name: init}], files: [{path: /fast, permissions: 0600}]}
          - {name: later, after: [{name: n.fast}], commands: ['test -e $ROOT/slow']}
        """);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (!node.host.exists("/fast")) {
                Thread.onSpinWait();
              }
              release.countDown();
            });
    node.run("foo").orThrow();
  }

  @Test
  void theLogIsToldWhatIsStillRunning() {
    var node = new Stages(root);
    var told = new java.util.concurrent.CountDownLatch(1);
    node.host.answering(
        "systemctl",
        command -> {
          try {
            boolean inTime = told.await(30, java.util.concurrent.TimeUnit.SECONDS);
            return new io.kairos.host.Output(inTime ? 0 : 1, "", "nobody was told");
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    node.file("/oem/a.yaml", "{name: A, stages: {foo: [{name: x, systemctl: {start: [y]}}]}}");
    StageLog log =
        (level, line) -> {
          if (line.equals("Still running stage 'A.x'")) {
            told.countDown();
          }
        };
    new StageRunner(node.host, address -> "", log, new Documents(), java.time.Duration.ofMillis(1))
        .run("foo", StageSources.only("/oem"))
        .orThrow();
  }

  @Test
  void theReportAndTheLogSumUpWhatHappened() {
    var node =
        new Stages(root)
            .file(
                "/oem/a.yaml",
                "stages: {foo: [{commands: ['false']}, {if: 'false'}, {name: x}]}\n");
    StageReport report = node.run("foo");
    assertThat(report.summary()).startsWith("stage 'foo': 1 done, 1 skipped, 1 failed in ");
    assertThat(node.log).contains("INFO " + report.summary());
  }

  @Test
  void aPreviewTellsPlacesConditionsAndActions() {
    var node =
        new Stages(root)
            .file(
                "/oem/a.yaml",
                """
                name: A
                stages:
                  foo:
                  - name: one
                    if: test -e /x
                    node: other
                    commands: [id]
                  - name: two
                    if_files: {any: [/oem]}
                    hostname: x
                """);
    StagePreview preview = node.runner().preview("foo", StageSources.only("/oem"));
    assertThat(preview.explained())
        .isEqualTo(
            """
            foo of /oem
               1. A.one
                    at /oem/a.yaml:4:5
                    when node hostname: other
                    when if: test -e /x
                    skipped: node hostname: 'node1' doesn't match 'other'
                    commands: 1
               2. A.two
                    at /oem/a.yaml:8:5
                    when if_files: {any=[/oem]}
                    hostname
            """);
    assertThat(io.kairos.formats.json.Json.write(preview.fields()))
        .contains("\"part\":\"foo\"", "\"name\":\"A.two\"", "\"after\":[\"A.one\"]")
        .contains("\"actions\":[\"hostname\"]", "\"errors\":[]");
    assertThat(node.host.commands()).isEmpty();
    assertThat(node.runner().preview("none", StageSources.only("/oem")).explained())
        .isEqualTo("no source has steps for the stage 'none'\n");
  }
}
