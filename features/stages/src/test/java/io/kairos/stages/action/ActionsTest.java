package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.config.Setting;
import io.kairos.stages.StageReport;
import io.kairos.stages.Stages;
import io.kairos.stages.condition.Condition;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActionsTest {
  @TempDir Path root;

  /** Otherwise a step with a key that is not named would lose it without a word. */
  @Test
  void whatIsReadIsNamed() {
    for (Action action : Actions.ORDER) {
      assertThat(Setting.declaredBy(action::read))
          .extracting(Setting::key)
          .as(action.getClass().getSimpleName())
          .containsExactlyInAnyOrderElementsOf(action.keys());
    }
    assertThat(Setting.declaredBy(Condition::read))
        .extracting(Setting::key)
        .containsExactlyInAnyOrderElementsOf(Condition.KEYS);
  }

  @Test
  void directoriesAreCreatedWithTheirParentsAndCorrectedWhenTheyExist() {
    var node = new Stages(root);
    node.host.withDirectory("/there");
    node.step(
            "directories: [{path: /tmp/a/b/, permissions: 0740}, {path: /there, permissions:"
                + " 0740}]")
        .orThrow();
    assertThat(node.host.permissions("/tmp")).isEqualTo("rwxr-xr-x");
    assertThat(node.host.permissions("/tmp/a")).isEqualTo("rwxr-----");
    assertThat(node.host.permissions("/tmp/a/b")).isEqualTo("rwxr-----");
    assertThat(node.host.permissions("/there")).isEqualTo("rwxr-----");
  }

  @Test
  void aDirectoryCannotReplaceAFileAndTheNextIsStillCreated() {
    var node = new Stages(root).file("/f", "x");
    StageReport report = node.step("directories: [{path: /f}, {path: /g, permissions: 0755}]");
    assertThat(report.errors()).singleElement().asString().contains("/f is no directory");
    assertThat(node.host.exists("/g")).isTrue();
  }

  @Test
  void filesAreTemplatesAndTheirParentsAreAsOpenAsTheyAre() {
    var node = new Stages(root);
    node.step("files: [{path: /new/f, permissions: 0640, content: 'on {{.Values.node.hostname}}'}]")
        .orThrow();
    assertThat(node.host.read("/new/f")).isEqualTo("on node1");
    assertThat(node.host.permissions("/new")).isEqualTo("rwxr-----");
    assertThat(node.host.permissions("/new/f")).isEqualTo("rw-r-----");
  }

  @Test
  void filesWithoutPermissionsHaveNone() {
    var node = new Stages(root);
    node.step("files: [{path: /tmp/f, content: x}]").orThrow();
    assertThat(node.host.permissions("/tmp/f")).isEqualTo("---------");
  }

  @Test
  void filesMayBeEncoded() {
    var node = new Stages(root);
    node.step(
            "files: [{path: /tmp/a, encoding: b64, content: aGk=, permissions: 0600},"
                + " {path: /tmp/b, encoding: gz+b64, permissions: 0600,"
                + " content: H4sIAAAAAAAAA8vIBACsKpPYAgAAAA==},"
                + " {path: /tmp/c, encoding: base64, content: '***'}]")
        .errors()
        .forEach(error -> assertThat(error).contains("the content of /tmp/c is not base64"));
    assertThat(node.host.read("/tmp/a")).isEqualTo("hi");
    assertThat(node.host.read("/tmp/b")).isEqualTo("hi");
    assertThat(node.host.exists("/tmp/c")).isFalse();
  }

  /** A thousandth of the size asks for all of it. */
  @Test
  void contentThatUnpacksWithoutMeasureIsRefused() throws java.io.IOException {
    var packed = new java.io.ByteArrayOutputStream();
    try (var zip = new java.util.zip.GZIPOutputStream(packed)) {
      for (int i = 0; i <= 64; i++) {
        zip.write(new byte[1 << 20]);
      }
    }
    var node = new Stages(root);
    String content = java.util.Base64.getEncoder().encodeToString(packed.toByteArray());
    assertThat(
            node.step(
                    "files: [{path: /tmp/a, encoding: gz+b64, permissions: 0600, content: "
                        + content
                        + "}]")
                .errors())
        .singleElement()
        .asString()
        .contains("the content of /tmp/a is not gz+b64", "64 MiB");
    assertThat(node.host.exists("/tmp/a")).isFalse();
  }

  @Test
  void aFileThatIsTheSameIsNotWrittenAgain() throws java.io.IOException {
    var node = new Stages(root);
    String step = "files: [{path: /tmp/a, content: x, permissions: %s}]";
    node.step(step.formatted("0600")).orThrow();
    Object inode = java.nio.file.Files.getAttribute(node.host.path("/tmp/a"), "unix:ino");
    node.step(step.formatted("0644")).orThrow();
    assertThat(java.nio.file.Files.getAttribute(node.host.path("/tmp/a"), "unix:ino"))
        .isEqualTo(inode);
    assertThat(node.host.permissions("/tmp/a")).isEqualTo("rw-r--r--");
  }

  @Test
  void whatIsNoTextIsNoTemplate() throws java.io.IOException {
    var node = new Stages(root);
    // 0xff and {{ .Values.node.hostname }}
    node.step(
            "files: [{path: /tmp/a, encoding: b64, permissions: 0600,"
                + " content: /3t7IC5WYWx1ZXMubm9kZS5ob3N0bmFtZSB9fQ==}]")
        .orThrow();
    assertThat(java.nio.file.Files.readAllBytes(node.host.resolved("/tmp/a")))
        .startsWith(0xff, '{', '{')
        .hasSize(28);
  }

  @Test
  void aFileThatCannotBeDecodedLeavesTheOldOne() {
    var node = new Stages(root).file("/tmp/c", "old");
    assertThat(node.step("files: [{path: /tmp/c, encoding: base64, content: '***'}]").succeeded())
        .isFalse();
    assertThat(node.host.read("/tmp/c")).isEqualTo("old");
  }

  @Test
  void anOwnerByNameIsLookedUpOnTheHostUnderBothSpellings() {
    var node =
        new Stages(root).file("/etc/passwd", "foo:x:1234:99::/:\n").file("/etc/group", "g:x:77:\n");
    node.step(
            "files: [{path: /a, ownerstring: foo}, {path: /b, owner_string: 'foo:g'},"
                + " {path: /c, ownerstring: bar}]")
        .errors()
        .forEach(error -> assertThat(error).contains("there is no user 'bar'"));
    assertThat(node.host.kernel().owner(node.host.resolved("/a")))
        .hasToString("Optional[Owner[uid=1234, gid=99]]");
    assertThat(node.host.kernel().owner(node.host.resolved("/b")))
        .hasToString("Optional[Owner[uid=1234, gid=77]]");
  }

  @Test
  void aFileIsWrittenThroughALinkInsideTheRoot() {
    var node = new Stages(root);
    node.host.withDirectory("/usr/lib").withLink("/lib", "/usr/lib");
    node.step("files: [{path: /lib/f, content: x, permissions: 0644}]").orThrow();
    assertThat(node.host.read("/usr/lib/f")).isEqualTo("x");
  }

  @Test
  void commandsAreTemplatesAndAFailureStopsNoOther() {
    var node = new Stages(root);
    StageReport report =
        node.step("commands: ['false', 'echo {{ .Values.node.hostname }} > $ROOT/out', 'exit 2']");
    assertThat(node.host.read("/out")).isEqualTo("node1\n");
    assertThat(report.errors())
        .singleElement()
        .asString()
        .contains("failed to run false: exit status 1", "failed to run exit 2: exit status 2");
  }

  @Test
  void aTextThatIsNoTemplateIsUsedAsItStands() {
    var node = new Stages(root);
    node.step("commands: [\"echo '{{ nosuch }}' > $ROOT/out\"]").orThrow();
    assertThat(node.host.read("/out")).isEqualTo("{{ nosuch }}\n");
  }

  @Test
  void theHostNameGoesToTheKernelAndIntoItsFiles() {
    var node = new Stages(root);
    node.step("hostname: box").orThrow();
    assertThat(node.host.kernel().hostname()).contains("box");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("box\n");
    assertThat(node.host.read("/etc/hosts")).isEqualTo("127.0.0.1 localhost box\n");
  }

  @Test
  void aMissingHostsFileIsMade() throws java.io.IOException {
    var node = new Stages(root);
    java.nio.file.Files.delete(node.host.resolved("/etc/hosts"));
    node.step("hostname: box").orThrow();
    assertThat(node.host.read("/etc/hosts")).isEqualTo("127.0.0.1 localhost box\n::1 localhost\n");
  }

  @Test
  void theHostNameIsATemplateOfItsOwn() {
    var node = new Stages(root).file("/etc/machine-id", "0123456789\n");
    node.step("hostname: 'kairos-{{ trunc 4 .MachineID }}'").orThrow();
    assertThat(node.host.read("/etc/hostname")).isEqualTo("kairos-0123\n");
    assertThat(node.step("hostname: '{{ nosuch }}'").errors()).hasSize(1);
  }

  @Test
  void kernelParametersAreWrittenWhereTheKernelReadsThem() {
    var node = new Stages(root).file("/proc/sys/debug/exception-trace", "1");
    StageReport report = node.step("sysctl: {debug.exception-trace: \"0\", no.such: 1}");
    assertThat(node.host.read("/proc/sys/debug/exception-trace")).isEqualTo("0");
    assertThat(report.errors()).singleElement().asString().contains("no.such");
  }

  @Test
  void modulesAreLoadedUnlessTheyAre() {
    var node = new Stages(root).file("/proc/modules", "ext4 1 0\nloop 1 0\n");
    node.host.answering("modprobe", "");
    node.step("modules: [ext4, loop max_loop=8, zram]").orThrow();
    assertThat(node.host.commands("modprobe"))
        .containsExactly("modprobe loop max_loop=8", "modprobe zram");
  }

  @Test
  void theTimeClientGetsItsSettings() {
    var node = new Stages(root);
    node.host.withDirectory("/etc/systemd");
    node.step("timesyncd: {NTP: 0.pool}").orThrow();
    String file = "/etc/systemd/timesyncd.conf.d/10-yip.conf";
    assertThat(node.host.read(file)).isEqualTo("[Time]\nNTP = 0.pool\n");
    node.step("timesyncd: {FallbackNTP: 1.pool}").orThrow();
    assertThat(node.host.read(file))
        .isEqualTo("[Time]\nNTP         = 0.pool\nFallbackNTP = 1.pool\n");
  }

  @Test
  void unitsAreEnabledDisabledMaskedAndStartedInThatOrder() {
    var node = new Stages(root);
    node.step("systemctl: {start: [d], mask: [c], disable: [b], enable: [a, a2]}").orThrow();
    assertThat(node.host.commands("systemctl"))
        .containsExactly(
            "systemctl enable a",
            "systemctl enable a2",
            "systemctl disable b",
            "systemctl mask c",
            "systemctl start d");
  }

  @Test
  void unitsAreOverriddenByDropIns() {
    var node = new Stages(root);
    node.step(
            "systemctl: {overrides: [{service: foo, content: '[Unit]'},"
                + " {service: bar.timer, name: x, content: y}, {service: baz, content: ''}]}")
        .orThrow();
    assertThat(node.host.read("/etc/systemd/system/foo.service.d/override-yip.conf"))
        .isEqualTo("[Unit]");
    assertThat(node.host.read("/etc/systemd/system/bar.timer.d/x.conf")).isEqualTo("y");
    assertThat(node.log).anyMatch(line -> line.contains("skipped an override"));
  }

  @Test
  void variablesAreMergedIntoTheirFile() {
    var node = new Stages(root);
    String file = "environment_file: /run/cos/cos-layout.env\n";
    node.step(file + "environment: {RW_PATHS: /var /etc, N: \"0\", Z: a}").orThrow();
    node.step(file + "environment: {Z: '{{ .Values.node.hostname }}'}").orThrow();
    assertThat(node.host.read("/run/cos/cos-layout.env"))
        .isEqualTo("N=0\nRW_PATHS=\"/var /etc\"\nZ=\"node1\"\n");
    assertThat(node.host.permissions("/run/cos")).isEqualTo("rwxr--r--");
    node.step("environment: {foo: \"0\"}").orThrow();
    assertThat(node.host.read("/etc/environment")).isEqualTo("foo=0\n");
  }

  @Test
  void nameServersAreWrittenOnlyWhenThereAreSome() {
    var node = new Stages(root);
    node.step("dns: {nameservers: [8.8.8.8], search: [a, b], options: [rotate]}").orThrow();
    assertThat(node.host.read("/etc/resolv.conf"))
        .isEqualTo("search a b\nnameserver 8.8.8.8\noptions rotate\n");
    node.step("dns: {search: [c], path: /tmp/r}").orThrow();
    assertThat(node.host.exists("/tmp/r")).isFalse();
    node.step("dns: {nameservers: [8.8.8.8], search: [.], path: /new/r}").orThrow();
    assertThat(node.host.read("/new/r")).isEqualTo("nameserver 8.8.8.8\n");
  }

  @Test
  void firstBootOptionsAreSorted() {
    var node = new Stages(root);
    node.host.answering("systemd-firstboot", "");
    node.step("systemd_firstboot: {keymap: us, LOCALE: en_US.UTF-8, force: \"true\"}").orThrow();
    assertThat(node.host.commands("systemd-firstboot"))
        .containsExactly("systemd-firstboot --force --keymap=us --locale=en_US.UTF-8");
  }

  @Test
  void keysOfAUserThatIsNotThereAreAnError() {
    var node = new Stages(root);
    assertThat(node.step("authorized_keys: {nobody: [k]}").errors())
        .singleElement()
        .asString()
        .contains("there is no user 'nobody'");
  }

  @Test
  void entitiesAreTemplatesToo() {
    var node = new Stages(root);
    node.step(
            "ensure_entities: [{entity: \"kind: group\\ngroup_name: {{ .Values.node.hostname }}\\n"
                + "gid: 1500\"}]")
        .orThrow();
    assertThat(node.host.read("/etc/group")).endsWith("node1:x:1500:\n");
    node.step("delete_entities: [{entity: \"kind: group\\ngroup_name: node1\"}]").orThrow();
    assertThat(node.host.read("/etc/group")).isEqualTo("root:x:0:\n");
  }
}
