package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.stages.Stages;
import io.kairos.stages.StepContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the action asks of whoever can unpack; that one is tested where it is. */
class UnpackImagesActionTest {
  @TempDir Path root;
  private final List<String> log = new ArrayList<>();

  private void perform(String step, Optional<ImageUnpacker> unpacker) {
    var findings = new Findings();
    Action.Work work =
        Section.read(
                (YamlMap) Yaml.parse(step, "step"),
                "",
                findings,
                section -> new UnpackImagesAction(() -> unpacker).read(section))
            .orElseThrow();
    assertThat(findings.errors().list()).isEmpty();
    work.perform(
        new StepContext(
            new Stages(root).host,
            address -> {
              throw new HostFailure("no network");
            },
            (level, line) -> log.add(line)));
  }

  @Test
  void everyImageIsUnpackedForItsPlatformAndAFailureStopsNoOther() {
    List<String> asked = new ArrayList<>();
    ImageUnpacker unpacker =
        (host, source, target, platform) -> {
          assertThat(host.resolved(target)).isDirectory();
          asked.add(source + " " + target + " " + platform);
          if (source.equals("bad")) {
            throw new HostFailure("bad is damaged");
          }
        };
    assertThatThrownBy(
            () ->
                perform(
                    "unpack_images: [{source: bad, target: /opt/a/},"
                        + " {source: 'quay.io/x/y:1', target: /opt/b, platform: linux/arm64},"
                        + " {source: z}, {target: /opt/c}]",
                    Optional.of(unpacker)))
        .hasMessage("bad is damaged");
    assertThat(asked)
        .containsExactly(
            "bad /opt/a linux/" + io.kairos.config.SystemFacts.architecture(),
            "quay.io/x/y:1 /opt/b linux/arm64");
    assertThat(log).filteredOn(line -> line.contains("without a source or target")).hasSize(2);
  }

  @Test
  void aProgramWithoutImagesSaysWhereTheStepBelongs() {
    assertThatThrownBy(() -> perform("unpack_images: [{source: a, target: /b}]", Optional.empty()))
        .hasMessageContaining("cannot unpack images")
        .hasMessageContaining("move the step to a stage that the agent runs");
  }
}
