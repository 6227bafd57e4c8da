package io.kairos.stages.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.HostFailure;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.stages.Stages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorizedKeysActionTest {
  private static final String FILE = "/home/foo/.ssh/authorized_keys";

  @TempDir Path root;
  private final List<String> asked = new ArrayList<>();

  private StageReport authorize(Stages node, String keys) {
    node.file("/oem/s.yaml", "stages:\n  t:\n  - authorized_keys: {foo: [" + keys + "]}\n");
    return new StageRunner(
            node.host,
            address -> {
              asked.add(address.toString());
              if (address.getPath().contains("nobody")) {
                throw new HostFailure("cannot fetch " + address + ": the server answered 404");
              }
              return "ssh-rsa FIRST\nssh-rsa SECOND\n";
            },
            (level, line) -> node.log.add(line))
        .run("t", StageSources.only("/oem"));
  }

  private Stages nodeWithFoo() {
    var node = new Stages(root).file("/etc/passwd", "foo:x:1234:99::/home/foo:/bin/sh\n");
    node.host.withDirectory("/home/foo");
    return node;
  }

  @Test
  void aPlainKeyAndThoseOfGithubAllEndInTheFile() {
    var node = nodeWithFoo();
    authorize(node, "ssh-ed25519 AAAA, 'github:someone', 'gitlab:other', 'https://e.org/k'")
        .orThrow();
    assertThat(asked)
        .containsExactly(
            "https://github.com/someone.keys", "https://gitlab.com/other.keys", "https://e.org/k");
    assertThat(node.host.read(FILE)).isEqualTo("ssh-ed25519 AAAA\nssh-rsa FIRST\nssh-rsa SECOND\n");
    assertThat(node.host.permissions(FILE)).isEqualTo("rw-------");
    assertThat(node.host.kernel().owner(node.host.resolved(FILE)))
        .hasToString("Optional[Owner[uid=1234, gid=99]]");
  }

  @Test
  void keysThatAreThereStayAndOneOfSeveralFetchedIsAddedAlone() {
    var node = nodeWithFoo().file(FILE, "mine\nssh-rsa SECOND");
    authorize(node, "'github:someone'").orThrow();
    assertThat(node.host.read(FILE)).isEqualTo("mine\nssh-rsa SECOND\nssh-rsa FIRST\n");
  }

  @Test
  void aKeyThatCannotBeFetchedIsAnErrorAndTheOthersCount() {
    var node = nodeWithFoo();
    assertThat(authorize(node, "'github:nobody', one").errors())
        .singleElement()
        .asString()
        .contains("the server answered 404");
    assertThat(node.host.read(FILE)).isEqualTo("one\n");
  }

  @Test
  void aUserWithoutAHomeIsAnError() {
    var node = new Stages(root).file("/etc/passwd", "foo:x:1234:99::/home/foo:/bin/sh\n");
    assertThat(authorize(node, "one").errors())
        .singleElement()
        .asString()
        .contains("user 'foo' has no home /home/foo");
  }
}
