package io.kairos.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.config.Collector;
import io.kairos.config.Validation;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloudConfigStagesTest {
  private static final String SAMPLE =
      """
      #cloud-config
      growpart: {devices: ['/']}
      hostname: box
      ssh_authorized_keys: [global, 'gitlab:test']
      users:
      - name: bar
        passwd: foo
        uid: "1002"
        lock_passwd: true
        groups: [users]
        ssh_authorized_keys: [faaapploo]
      runcmd: [foo]
      write_files:
      - path: /a
        content: hi
        permissions: "0644"
      - {path: /b, permissions: 640, owner: 'root:root'}
      stages:
        test: [{environment: {foo: bar}}]
        boot: [{commands: [own]}]
      """;

  private static List<String> works(StageFile file, String stage, int step) {
    return file.stages().get(stage).get(step).works().stream().map(w -> w.summary()).toList();
  }

  @Test
  void theKeysOfCloudInitBecomeStepsOfThreeStages() {
    StageFile file = StageFile.parse(SAMPLE, "/oem/x.yaml");
    assertThat(file.stages()).containsOnlyKeys("boot", "initramfs", "network", "test");
    assertThat(works(file, "boot", 0))
        .containsExactly("files: 2", "commands: 1", "users: 1", "authorized_keys: 1");
    assertThat(works(file, "boot", 1)).containsExactly("layout");
    assertThat(works(file, "boot", 2)).containsExactly("commands: 1");
    assertThat(works(file, "initramfs", 0)).containsExactly("hostname");
    assertThat(works(file, "network", 0)).containsExactly("authorized_keys: 1");
    assertThat(file.oddities()).isEmpty();
  }

  @Test
  void aCloudConfigWorks(@TempDir Path root) {
    var node =
        new Stages(root)
            .file("/oem/x.yaml", SAMPLE.replace("foo]", "'true']").replace("[own]", "['true']"));
    node.host.withDirectory("/root");
    StageReport report = node.run("boot");
    assertThat(report.errors()).singleElement().asString().contains("layout");
    assertThat(node.host.read("/a")).isEqualTo("hi");
    assertThat(node.host.permissions("/b")).isEqualTo("rw-r-----");
    assertThat(node.host.read("/home/bar/.ssh/authorized_keys")).isEqualTo("faaapploo\nglobal\n");
    assertThat(node.host.read("/etc/passwd")).contains("bar:x:1002:");
  }

  @Test
  void onlyKeysFromTheNetworkWaitForTheNetwork(@TempDir Path root) {
    var node =
        new Stages(root)
            .file("/oem/x.yaml", "#cloud-config\nssh_authorized_keys: [here, 'gitlab:test']\n");
    node.host.withDirectory("/root");
    node.run("boot").orThrow();
    assertThat(node.host.read("/root/.ssh/authorized_keys")).isEqualTo("here\n");
    assertThat(node.run("network").errors())
        .singleElement()
        .asString()
        .contains("no network: https://gitlab.com/test.keys");
  }

  @Test
  void aDumpedFileWhoseContentBeginsWithALineEndReadsBackTheSame() {
    String text =
        "stages:\n  foo:\n  - files:\n    - path: /a\n      content: |\n\n        second line\n";
    YamlNode parsed = Yaml.parse(text, "x");
    assertThat(Yaml.parse(Yaml.emit(parsed), "x").value()).isEqualTo(parsed.value());
    assertThat(StageFile.parse(Yaml.emit(parsed), "x").stages()).containsOnlyKeys("foo");
  }

  @Test
  void globalKeysGoToRootWhenThereAreNoUsers(@TempDir Path root) {
    var node = new Stages(root).file("/oem/x.yaml", "#cloud-config\nssh_authorized_keys: [k]\n");
    node.host.withDirectory("/root");
    node.run("boot").orThrow();
    assertThat(node.host.read("/root/.ssh/authorized_keys")).isEqualTo("k\n");
  }

  @Test
  void aTemplateHeaderMayComeFirstAndAnythingElseMayNot() {
    assertThat(StageFile.isCloudConfig("## template: jinja\n\n#cloud-config\n")).isTrue();
    assertThat(StageFile.isCloudConfig("a: b\n#cloud-config\n")).isFalse();
    assertThat(StageFile.isCloudConfig("#kairos-config\n")).isFalse();
    assertThat(
            StageFile.parse("## template: jinja\n#cloud-config\nusers: [{name: a}]\n", "x")
                .stages())
        .hasSize(3);
  }

  @Test
  void malformedStagesOfACloudConfigAreReportedAndItsOtherKeysApply(@TempDir Path root) {
    var node =
        new Stages(root).file("/oem/x.yaml", "#cloud-config\nhostname: box\nstages:\n  boot: no\n");
    StageReport report = node.run("initramfs");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("box\n");
    assertThat(report.errors())
        .singleElement()
        .asString()
        .contains("/oem/x.yaml:4:9: stages.boot must be a list of steps");
  }

  @Test
  void permissionsThatAreNotOctalAreAnError() {
    assertThatThrownBy(
            () ->
                StageFile.parse(
                    "#cloud-config\nwrite_files: [{path: /a, permissions: '0999'}]\n", "x"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("permissions must be octal, not '0999'");
  }

  @Test
  void threeCloudConfigsWithTheSameStepMakeThreeLayers() {
    var files =
        List.of("1", "2", "3").stream()
            .map(n -> StageFile.parse("#cloud-config\nstages: {default: [{commands: [x]}]}\n", n))
            .toList();
    assertThat(StageGraph.of("default", files).graph().layers()).hasSize(3);
  }

  @Test
  void theStagesOfAMergedConfigAreCheckedWithTheirPlaces(@TempDir Path root) {
    var host =
        new ScratchHost(root)
            .with(
                "/oem/a.yaml",
                "#cloud-config\nusers: [{name: a, groups: [admin]}]\nstages:\n  boot:\n  - fils: []\n  - files: x\n");
    var config = new Collector(host).directories(List.of("/oem")).collect();
    assertThat(Validation.of(config, new StagesCheck()).errors())
        .extracting(Object::toString)
        .containsExactlyInAnyOrder(
            "/oem/a.yaml:5:5: unknown key 'stages.boot[0].fils'\n  try: did you mean 'files'?",
            "/oem/a.yaml:6:12: stages.boot[1].files must be a list of maps, not the text \"x\"");
  }

  @Test
  void anInstallationNeedsAnAdmin(@TempDir Path root) {
    var host = new ScratchHost(root);
    assertThatThrownBy(() -> require(host, "users: [{name: a}]")).isInstanceOf(Refused.class);
    require(host, "users: [{name: a, groups: [admin]}]");
    require(host, "users: [{name: a, primary_group: admin}]");
    require(host, "stages: {initramfs: [{users: {a: {groups: [admin]}}}]}");
    require(host, "install: {nousers: true}");
    assertThatThrownBy(() -> require(host, "stages: not-a-map")).isInstanceOf(Refused.class);
    host.with("/etc/kairos/.nousers", "");
    require(host, "users: []");
  }

  private static void require(ScratchHost host, String document) {
    AdminUser.require(new Collector(host).reader(document).collect(), host);
  }
}
