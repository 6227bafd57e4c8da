package io.kairos.stages.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntityTest {
  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void aHostWithAccounts() {
    host =
        new ScratchHost(root)
            .with("/etc/group", "root:x:0:\nadmin:x:900:a\n")
            .with("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
            .with("/etc/shadow", "root:old:1:2:3:4:5:6:\n");
  }

  private static Entity entity(String text) {
    return Entity.parse(text, "", "step");
  }

  @Test
  void aNewGroupIsAppendedAndADeletedOneIsGone() {
    Entity group = entity("kind: group\ngroup_name: foo\ngid: 1000\nusers: a,b");
    group.ensure(host);
    assertThat(host.read("/etc/group")).isEqualTo("root:x:0:\nadmin:x:900:a\nfoo:x:1000:a,b\n");
    group.delete(host);
    assertThat(host.read("/etc/group")).isEqualTo("root:x:0:\nadmin:x:900:a\n");
  }

  @Test
  void deletingAGroupThatIsNotThereChangesNothing() {
    entity("kind: group\ngroup_name: nope").delete(host);
    assertThat(host.read("/etc/group")).isEqualTo("root:x:0:\nadmin:x:900:a\n");
  }

  @Test
  void aGroupThatExistsKeepsItsNumberAndGainsMembers() {
    entity("kind: group\ngroup_name: admin\nusers: a,b").ensure(host);
    assertThat(host.read("/etc/group")).contains("admin:x:900:a,b\n");
  }

  @Test
  void aUserGetsAFreeNumberAndItsGroupByName() {
    entity("kind: user\nusername: foo\npassword: x\nuid: -1\ngroup: admin\nhomedir: /h\nshell: /s")
        .ensure(host);
    assertThat(host.read("/etc/passwd")).contains("foo:x:1000:900:Created by entities:/h:/s\n");
  }

  @Test
  void aUserWithoutAPasswordIsNotOneWhoNeedsNone() {
    entity("kind: user\nusername: foo\nuid: 1500\ngid: 900").ensure(host);
    assertThat(host.read("/etc/passwd")).contains("foo:x:1500:900:");
  }

  @Test
  void shadowHashesPlainPasswordsAndKeepsWhatIsLeftOpen() {
    entity("kind: shadow\nusername: root\npassword: secret\nlast_changed: now").ensure(host);
    assertThat(host.read("/etc/shadow")).matches("root:\\$6\\$[^:]+:20513:2:3:4:5:6:\n");
  }

  @Test
  void anotherKindIsRefused() {
    assertThatThrownBy(() -> entity("kind: host\nname: x"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("entity.kind must be one of user, group, shadow, gshadow");
  }
}
