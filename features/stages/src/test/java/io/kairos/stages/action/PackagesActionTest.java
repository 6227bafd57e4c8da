package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Output;
import io.kairos.stages.StageReport;
import io.kairos.stages.Stages;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackagesActionTest {
  private static final String ALL =
      "packages: {remove: [r1, r2], install: [i1, i2], upgrade: true, refresh: true}";

  @TempDir Path root;

  private Stages node(String osRelease, String program) {
    var node = new Stages(root).file("/etc/os-release", osRelease);
    node.host.answering(program, "");
    return node;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ID=debian      | DEBIAN_FRONTEND=noninteractive apt-get -y
          ID=ubuntu      | DEBIAN_FRONTEND=noninteractive apt-get -y
          """)
  void aptGetIsCalledFor(String id, String apt) {
    var node = node(id + "\n", "apt-get");
    node.step(ALL).orThrow();
    assertThat(node.host.commands())
        .containsExactly(
            apt + " update",
            apt + " upgrade",
            apt + " --no-install-recommends install i1 i2",
            apt + " remove r1 r2");
  }

  @ParameterizedTest
  @CsvSource({"centos", "fedora", "\"openEuler\"", "ol", "rocky", "almalinux", "rhel"})
  void dnfIsCalledFor(String id) {
    var node = node("ID=" + id + "\n", "dnf");
    node.step(ALL).orThrow();
    assertThat(node.host.commands())
        .containsExactly(
            "dnf makecache",
            "dnf update -y",
            "dnf install -y --setopt=install_weak_deps=False i1 i2",
            "dnf remove -y r1 r2");
  }

  @Test
  void apkIsCalledForAlpine() {
    var node = node("ID=alpine\n", "apk");
    node.step(ALL).orThrow();
    assertThat(node.host.commands())
        .containsExactly(
            "apk update",
            "apk upgrade --no-cache",
            "apk add --no-cache i1 i2",
            "apk del --no-cache r1 r2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ID="opensuse-leap"
          ID=opensuse-tumbleweed
          ID="sle-micro"\\nID_LIKE="suse"
          """)
  void zypperIsCalledFor(String lines) {
    var node = node(lines.replace("\\n", "\n") + "\n", "zypper");
    node.step(ALL).orThrow();
    assertThat(node.host.commands())
        .containsExactly(
            "zypper refresh",
            "zypper update -y",
            "zypper install -y --no-recommends i1 i2",
            "zypper remove -y r1 r2");
  }

  @Test
  void pacmanIsCalledForArch() {
    var node = node("ID=arch\n", "pacman");
    node.step(ALL).orThrow();
    assertThat(node.host.commands())
        .containsExactly(
            "pacman -Sy --noconfirm",
            "pacman -Syu --noconfirm",
            "pacman -S --needed --noconfirm i1 i2",
            "pacman -R --noconfirm r1 r2");
  }

  @Test
  void aSystemThatIsLikeAKnownOneUsesItsManager() {
    var node = node("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt-get");
    node.step("packages: {install: [a]}").orThrow();
    assertThat(node.host.commands("apt-get")).hasSize(1);
  }

  @Test
  void withoutOsReleaseThePackageManagerIsUnknown() {
    assertThat(new Stages(root).step(ALL).errors())
        .singleElement()
        .asString()
        .contains("unknown package manager", "try: ");
  }

  @Test
  void anUpgradeAloneUpgradesAndAnEmptyListCallsNobody() {
    var node = node("ID=alpine\n", "apk");
    node.step("packages: {upgrade: true, install: [], remove: []}").orThrow();
    assertThat(node.host.commands()).containsExactly("apk upgrade --no-cache");
    node.step("packages: {install: []}").orThrow();
    assertThat(node.host.commands()).hasSize(1);
  }

  @Test
  void theFirstFailureEndsIt() {
    var node = node("ID=debian\n", "apt-get");
    node.host.answering(
        "apt-get",
        command ->
            new Output(command.argv().contains("update") ? 100 : 0, "", "no route to mirror"));
    StageReport report = node.step(ALL);
    assertThat(report.errors()).singleElement().asString().contains("no route to mirror");
    assertThat(node.host.commands()).hasSize(1);
  }

  @Test
  void namesAreTemplates() {
    var node = node("ID=alpine\n", "apk");
    node.step("packages: {install: ['tool-{{ .Values.node.hostname }}']}").orThrow();
    assertThat(node.host.commands()).containsExactly("apk add --no-cache tool-node1");
  }

  @Test
  void aRebootThatZypperAsksForIsNoFailure() {
    var node = node("ID=opensuse-leap\n", "zypper");
    node.host.answering("zypper", command -> new Output(102, "", ""));
    node.step("packages: {install: [kernel]}").orThrow();
    node.host.answering("zypper", command -> new Output(104, "", "not found"));
    assertThat(node.step("packages: {install: [kernel]}").errors()).hasSize(1);
  }

  @Test
  void aptPinsAreStanzasAndThoseOfOtherStepsStay() {
    var node = node("ID=debian\n", "apt-get");
    node.step("package_pins: {b: '2.0', a: 1.0-1}").orThrow();
    node.step("package_pins: {b: '2.1', none: ''}").orThrow();
    assertThat(node.host.read("/etc/apt/preferences.d/99-yip-pins"))
        .isEqualTo(
            """
            Package: a
            Pin: version 1.0-1
            Pin-Priority: 1001

            Package: b
            Pin: version 2.1
            Pin-Priority: 1001
            """);
    assertThat(node.log).anyMatch(line -> line.contains("none has no version"));
    assertThat(node.host.commands()).isEmpty();
  }

  @Test
  void dnfPinsAreWhatItsRepositoryAnswersOrAPattern() {
    var node =
        node("ID=fedora\n", "dnf").file("/etc/dnf/plugins/versionlock.list", "mine-1:2-3.*\n");
    node.host.answering(
        "dnf",
        command ->
            command.argv().getLast().startsWith("nginx")
                ? new Output(0, "\nnginx-2:1.26.2-1.fc41.x86_64\n", "")
                : new Output(1, "", "no match"));
    String step = "package_pins: {nginx: 1.26.2, zsh: '5.9'}";
    node.step(step).orThrow();
    node.step(step).orThrow();
    assertThat(node.host.read("/etc/dnf/plugins/versionlock.list"))
        .isEqualTo("mine-1:2-3.*\nnginx-2:1.26.2-1.fc41.x86_64\nzsh-5.9*\n");
    assertThat(node.host.read("/etc/dnf/plugins/versionlock.conf"))
        .isEqualTo("[main]\nenabled = 1\nlocklist = /etc/dnf/plugins/versionlock.list\n");
  }

  @Test
  void apkKeepsTheRestOfItsWorld() {
    var node = node("ID=alpine\n", "apk").file("/etc/apk/world", "busybox\nnginx>1.0\nnginx-mod\n");
    node.step("package_pins: {nginx: 1.26.2-r0}").orThrow();
    assertThat(node.host.read("/etc/apk/world")).isEqualTo("busybox\nnginx-mod\nnginx=1.26.2-r0\n");
  }

  @Test
  void zypperLocksWhatIsNewerAndLocksOfPeopleStay() {
    String mine =
        """

        type: package
        match_type: glob
        case_sensitive: on
        solvable_name: vim

        """;
    var node = node("ID=opensuse-leap\n", "zypper").file("/etc/zypp/locks", mine);
    node.step("package_pins: {vim: '9.0'}").orThrow();
    node.step("package_pins: {vim: '9.1'}").orThrow();
    assertThat(node.host.read("/etc/zypp/locks"))
        .isEqualTo(
            mine.strip()
                + """


                  type: package
                  version: > 9.1
                  match_type: glob
                  case_sensitive: on
                  solvable_name: vim
                  """);
    assertThat(node.host.commands()).isEmpty();
  }

  @Test
  void whoCannotPinWarns() {
    for (String system : List.of("ID=arch\n", "ID=haiku\n")) {
      var node = node(system, "pacman");
      node.step("package_pins: {vim: '9.1'}").orThrow();
      assertThat(node.log).anyMatch(line -> line.contains("cannot pin versions"));
    }
  }
}
