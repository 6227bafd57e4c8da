package io.kairos.stages.condition;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.config.SystemFacts;
import io.kairos.plan.GraphApplier.Result;
import io.kairos.stages.Stages;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConditionTest {
  @TempDir Path root;
  private Stages node;

  @BeforeEach
  void aDebianNode() {
    node =
        new Stages(root)
            .file(
                "/etc/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\nVERSION_ID=\"13\"\n");
  }

  /** Why the step is skipped; empty when it runs. */
  private String obstacle(String condition) {
    var results = node.step(condition + "\ncommands: ['true']").results();
    return results.getLast() instanceof Result.Skipped skipped ? skipped.reason() : "";
  }

  @Test
  void aNodeIsMatchedByAPartOfItsName() {
    assertThat(obstacle("node: ode1")).isEmpty();
    assertThat(obstacle("node: barz")).contains("barz");
    assertThat(obstacle("node: '['")).contains("no pattern");
  }

  @Test
  void aShellCommandSeesWhatEarlierFilesDid() {
    node.file("/oem/a.yaml", "stages: {test: [{commands: ['touch $ROOT/seen']}]}");
    assertThat(node.step("if: '[ -e $ROOT/seen ]'").succeeded()).isTrue();
    assertThat(obstacle("if: '[ \"{{ .Values.node.hostname }}\" = node1 ]'")).isEqualTo("");
    assertThat(obstacle("if: '[ -e $ROOT/never ]'")).contains("if statement");
  }

  @Test
  void theSystemIsMatchedByNameVersionAndArchitecture() {
    assertThat(obstacle("only_os: 'Debian.*trixie'")).isEmpty();
    assertThat(obstacle("only_os: Alpine")).contains("doesn't match 'Alpine'");
    assertThat(obstacle("only_os: '^(?!.*Alpine).*'")).isEmpty();
    assertThat(obstacle("only_os: '^(?!.*Debian).*'")).contains("doesn't match");
    assertThat(obstacle("only_os_version: '13'")).isEmpty();
    assertThat(obstacle("only_os_version: '12'")).contains("only_os_version");
    assertThat(obstacle("only_arch: " + SystemFacts.architecture())).isEmpty();
    assertThat(obstacle("only_arch: s390x")).contains("only_arch");
    node.file("/etc/os-release", "ID=x\n");
    assertThat(obstacle("only_os: '.*'")).contains("does not tell");
  }

  @Test
  void theServiceManagerMustBeTheOnlyOne() {
    assertThat(obstacle("only_service_manager: systemd")).contains("does not have systemd");
    node.host.withProgram("/usr/bin/systemctl");
    assertThat(obstacle("only_service_manager: SystemD")).isEmpty();
    assertThat(obstacle("only_service_manager: openrc")).contains("does not have openrc");
    assertThat(obstacle("only_service_manager: runit")).contains("neither");
    node.host.withProgram("/sbin/openrc");
    assertThat(obstacle("only_service_manager: systemd")).contains("can't filter");
  }

  @Test
  void filesAreAskedForInGroupsThatAllHold() {
    node.file("/a", "").file("/b", "");
    assertThat(obstacle("if_files: {all: [/a, /b], any: [/x, /a], none: [/x]}")).isEmpty();
    assertThat(obstacle("if_files: {all: [/a, /x]}")).contains("all");
    assertThat(obstacle("if_files: {any: [/x]}")).contains("any");
    assertThat(obstacle("if_files: {none: [/a]}")).contains("none");
    assertThat(obstacle("if_files: {any: [], all: [/x]}")).contains("all");
    assertThat(obstacle("if_files: {any: [], all: [], none: []}")).isEmpty();
    assertThat(obstacle("if_files: {some: [/a]}")).isEqualTo("unknown if_files check type: some");
  }
}
