package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentLockTest {
  @Test
  void aSecondActionIsToldWhoIsAtWork(@TempDir Path root) {
    var host = new ScratchHost(root);

    try (AgentLock _ = AgentLock.take(host, "kairos-agent install")) {
      assertThatThrownBy(() -> AgentLock.take(host, "kairos-agent manual-install"))
          .isInstanceOf(Refused.class)
          .hasMessage(
              """
              another action is changing this node: kairos-agent install, process %d
                try: wait until it has ended\
              """
                  .formatted(ProcessHandle.current().pid()));
    }

    try (AgentLock _ = AgentLock.take(host, "kairos-agent manual-install")) {
      assertThat(host.read(AgentLock.FILE)).startsWith("kairos-agent manual-install");
    }
  }
}
