package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.stages.Stages;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersActionTest {
  @TempDir Path root;

  @Test
  void aNewUserGetsGroupHomeShellHashAndKeys() {
    var node = new Stages(root);
    node.step("users: {foo: {passwd: bar, ssh_authorized_keys: [ssh-ed25519 AAAA me]}}").orThrow();
    assertThat(node.host.read("/etc/passwd"))
        .isEqualTo(
            """
            root:x:0:0:root:/root:/bin/sh
            foo:x:1000:1000:Created by entities:/home/foo:/bin/sh
            """);
    assertThat(node.host.read("/etc/group")).isEqualTo("root:x:0:\nfoo:x:1000:foo\n");
    assertThat(node.host.read("/etc/shadow"))
        .matches("(?s)root:.*\nfoo:\\$6\\$[^:]+:20513::::::\n");
    assertThat(node.host.read("/home/foo/.ssh/authorized_keys")).isEqualTo("ssh-ed25519 AAAA me\n");
    assertThat(node.host.permissions("/home/foo/.ssh")).isEqualTo("rwx------");
    assertThat(node.host.permissions("/home/foo/.ssh/authorized_keys")).isEqualTo("rw-------");
    assertThat(node.host.permissions("/etc/shadow")).isEqualTo("rw-r--r--"); // as it was
  }

  @Test
  void aPasswordNeverReachesTheLog() {
    var node = new Stages(root);
    node.step("users: {foo: {passwd: geheim, shell: 'a:b'}}");
    assertThat(String.join("\n", node.log)).doesNotContain("geheim");
  }

  @Test
  void aLockedUserWithANumberOfItsOwn() {
    var node = new Stages(root);
    node.step("users: {foo: {uid: '5000', lock_passwd: true, homedir: /h, shell: /bin/x}}")
        .orThrow();
    assertThat(node.host.read("/etc/passwd"))
        .contains("foo:x:5000:1000:Created by entities:/h:/bin/x");
    assertThat(node.host.read("/etc/shadow")).contains("foo:!:20513:");
  }

  @Test
  void aUserWithoutAPasswordCannotLogInWithOne() {
    var node = new Stages(root);
    node.step("users: {foo: {no_create_home: true}}").orThrow();
    assertThat(node.host.read("/etc/shadow")).contains("foo:*:20513:");
    assertThat(node.host.exists("/home/foo")).isFalse();
  }

  @Test
  void anExistingUserGetsItsNewPasswordAndKeepsItsAgeing() {
    var node =
        new Stages(root)
            .file("/etc/passwd", "foo:x:1000:1000::/home/foo:/bin/sh\n")
            .file("/etc/shadow", "foo:$6$old:18000:1:365:14:30:20000:\n");
    node.step("users: {foo: {passwd: $6$new, shell: /ignored}}").orThrow();
    assertThat(node.host.read("/etc/shadow")).isEqualTo("foo:$6$new:20513:1:365:14:30:20000:\n");
    assertThat(node.host.read("/etc/passwd")).contains("/bin/sh");
  }

  @Test
  void usersAreCreatedInTheOrderOfTheirNames() {
    var node = new Stages(root);
    node.step("users: {foo: {}, bar: {}, x: {}, a: {}}").orThrow();
    assertThat(node.host.read("/etc/passwd"))
        .containsSubsequence("a:x:1000:", "bar:x:1001:", "foo:x:1002:", "x:x:1003:");
  }

  @Test
  void membershipsGrowAndUnknownGroupsAreIgnored() {
    var node = new Stages(root).file("/etc/group", "root:x:0:\nadmin:x:1000:admin\n");
    node.step("users: {bar: {groups: [admin, nope]}, baz: {groups: [admin]}}").orThrow();
    assertThat(node.host.read("/etc/group"))
        .isEqualTo("root:x:0:\nadmin:x:1000:admin,bar,baz\nbar:x:1001:bar\nbaz:x:1002:baz\n");
  }

  @Test
  void usersKeepTheirNumbersAlsoWhenTheAccountsAreNewAndOthersComeFirst() {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "owners only change as root");
    var node = new Stages(root);
    for (int i = 0; i < 2; i++) {
      node.step("users: {foo: {}, x: {}}").orThrow();
      assertThat(node.host.read("/etc/passwd")).contains("foo:x:1000:1000:", "x:x:1001:1001:");
    }
    node.file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n").file("/etc/group", "root:x:0:\n");
    node.step("users: {foo: {}, x: {}, a: {}}").orThrow();
    assertThat(node.host.read("/etc/passwd"))
        .contains("a:x:1002:1002:", "foo:x:1000:1000:", "x:x:1001:1001:");
  }

  @Test
  void aGroupOfTheUsersNameKeepsItsNumber() {
    var node = new Stages(root).file("/etc/group", "root:x:0:\nfoo:x:1234:\n");
    node.step("users: {foo: {}}").orThrow();
    assertThat(node.host.read("/etc/group")).isEqualTo("root:x:0:\nfoo:x:1234:foo\n");
    assertThat(node.host.read("/etc/passwd")).contains("foo:x:1000:1234:");
  }

  @Test
  void anEmptyPasswordIsNoneAndNotNoLock() {
    var node = new Stages(root);
    node.step("users: {foo: {passwd: ''}}").orThrow();
    assertThat(node.host.read("/etc/shadow")).contains("foo:*:20513:");
  }

  @Test
  void aPrimaryGroupMustExist() {
    var node = new Stages(root);
    assertThat(node.step("users: {foo: {primary_group: nope}}").errors())
        .singleElement()
        .asString()
        .contains("user 'foo' wants the primary group 'nope', which is not there");
    assertThat(node.host.read("/etc/passwd")).doesNotContain("foo");
  }

  @Test
  void theDefaultsOfUseraddCount() {
    var node = new Stages(root).file("/etc/default/useradd", "SHELL=/bin/zsh\nHOME=/users\n");
    node.step("users: {foo: {}}").orThrow();
    assertThat(node.host.read("/etc/passwd")).contains(":/users/foo:/bin/zsh\n");
  }

  @Test
  void keysAreAddedOnceAndFetchedOnesThatFailAreAWarning() {
    var node = new Stages(root);
    String step = "users: {foo: {ssh_authorized_keys: [one, two, 'github:nobody']}}";
    node.step(step).orThrow();
    node.step(step).orThrow();
    assertThat(node.host.read("/home/foo/.ssh/authorized_keys")).isEqualTo("one\ntwo\n");
    assertThat(node.log)
        .anyMatch(line -> line.contains("no network: https://github.com/nobody.keys"));
  }
}
