package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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
  void saysWhichJarIsMissing() {
    assertThatThrownBy(() -> NodeJars.on(WORKSHOP.replace("/lib/agent-0.1.0.jar", "")))
        .isInstanceOf(HostFailure.class)
        .hasMessage("the class path has no jar of agent, which a node needs");
  }
}
