package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeJarsTest {
  private static final String WORKSHOP =
      RuntimeData.load().jars().reversed().stream()
          .map(artifact -> "/lib/" + artifact + "-0.1.0.jar")
          .collect(Collectors.joining(":", "/lib/convert-0.1.0.jar:", ""));

  @Test
  void picksWhatANodeRunsInItsOwnOrder() {
    assertThat(NodeJars.on(WORKSHOP))
        .startsWith(Path.of("/lib/base-0.1.0.jar"), Path.of("/lib/host-0.1.0.jar"))
        .doesNotContain(Path.of("/lib/convert-0.1.0.jar"))
        .hasSameSizeAs(RuntimeData.load().jars());
  }

  @Test
  void takesThePartForNodesWhereThereIsOne(@TempDir Path folder) throws IOException {
    Path part = Files.createFile(folder.resolve("dist-0.1.0-node.jar"));
    assertThat(NodeJars.on(WORKSHOP.replace("/lib/dist", folder + "/dist")))
        .contains(part)
        .doesNotContain(folder.resolve("dist-0.1.0.jar"));
  }

  @Test
  void leavesThePartForAnotherProgram() {
    assertThat(NodeJars.on("/lib/dist-0.1.0-init.jar:" + WORKSHOP))
        .contains(Path.of("/lib/dist-0.1.0.jar"))
        .doesNotContain(Path.of("/lib/dist-0.1.0-init.jar"));
  }

  /** The operator brings another Jackson: a node with that one does not boot. */
  @Test
  void takesTheMajorVersionThatTheListNames() {
    assertThat(NodeJars.on("/lib/jackson-core-2.20.0.jar:" + WORKSHOP))
        .doesNotContain(Path.of("/lib/jackson-core-2.20.0.jar"));
    assertThatThrownBy(() -> NodeJars.on(WORKSHOP + ":/lib/qrcodegen-2.0.0.jar"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("several jars of qrcodegen");
  }

  @Test
  void saysWhichJarIsMissing() {
    assertThatThrownBy(() -> NodeJars.on(WORKSHOP.replace("/lib/agent-0.1.0.jar", "")))
        .isInstanceOf(HostFailure.class)
        .hasMessage("the class path has no jar of agent, which a node needs");
  }
}
