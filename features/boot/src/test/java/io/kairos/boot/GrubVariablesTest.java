package io.kairos.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrubVariablesTest {
  private ScratchHost host;
  private GrubVariables variables;

  @BeforeEach
  void aFolder(@TempDir Path root) {
    host = new ScratchHost(root).withDirectory("/oem");
    variables = new GrubVariables(host.kernel(), host.path("/oem/grubenv"));
  }

  @Test
  void aFileThatIsNotThereHasNone() {
    assertThat(variables.read()).isEmpty();
    assertThat(host.exists("/oem/grubenv")).isFalse();
  }

  @Test
  void valuesMergeAndEmptyOnesRemove() {
    variables.set(Map.of("a", "1", "b", "2=3"));
    variables.set(Map.of("a", "", "c", "4"));
    assertThat(variables.read()).isEqualTo(Map.of("b", "2=3", "c", "4"));
    assertThat(host.path("/oem/grubenv")).hasSize(1024);
  }

  @Test
  void whatDoesNotFitIntoABlockChangesNothing() {
    variables.set(Map.of("a", "1"));
    assertThatThrownBy(() -> variables.set(Map.of("b", "x".repeat(1000))))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("a block has room for 1024");
    assertThat(variables.read()).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void aNameThatIsNoneIsTold() {
    assertThatThrownBy(() -> variables.set(Map.of("#a", "1")))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("not a name of a GRUB variable: '#a'");
  }

  @Test
  void octetsThatATerminalObeysAreNotRepeated() {
    host.with("/oem/grubenv", "\u001b[2J" + "x".repeat(500));
    assertThatThrownBy(() -> variables.read())
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("no GRUB environment block: invalid format for ?[2Jxxx")
        .hasMessageNotContaining("\u001b");
  }
}
