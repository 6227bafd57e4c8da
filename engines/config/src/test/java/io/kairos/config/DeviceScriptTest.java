package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.host.Output;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceScriptTest {
  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void makeHost() {
    host = new ScratchHost(root);
  }

  @Test
  void aPlainPathStaysAsItIs() {
    assertThat(DeviceScript.resolve(host, "/dev/sda")).isEqualTo("/dev/sda");
    assertThat(host.commands()).isEmpty();
  }

  @Test
  void theOutputIsTrimmedAndArgumentsArePassed() {
    host.answering("/bin/pick", " /dev/vdb \n\n");
    assertThat(DeviceScript.resolve(host, "script:///bin/pick --size 'more than 10'"))
        .isEqualTo("/dev/vdb");
    assertThat(host.commands()).containsExactly("/bin/pick --size 'more than 10'");
  }

  @Test
  void aFailureTellsWhatTheScriptSaid() {
    host.answering("/bin/pick", command -> new Output(3, "", "no disk is free"));
    assertThatThrownBy(() -> DeviceScript.resolve(host, "script:///bin/pick"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("no disk is free");
  }

  @Test
  void noOutputAndNoScriptAreErrors() {
    host.answering("/bin/pick", "\n");
    assertThatThrownBy(() -> DeviceScript.resolve(host, "script:///bin/pick"))
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> DeviceScript.resolve(host, "script:///bin/absent"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("/bin/absent");
    assertThatThrownBy(() -> DeviceScript.resolve(host, "script://"))
        .hasMessageContaining("names no program");
  }
}
