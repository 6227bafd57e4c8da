package io.kairos.formats.grubenv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrubEnvironmentTest {
  @Test
  void aBlockIsExactly1024OctetsSortedAndPaddedWithHashes() {
    byte[] block = GrubEnvironment.EMPTY.with(Map.of("b", "2", "a", "x=y z")).toBlock();

    assertThat(block).hasSize(1024);
    assertThat(text(block))
        .startsWith("# GRUB Environment Block\na=x=y z\nb=2\n####")
        .endsWith("#");
    assertThat(GrubEnvironment.parse(block).variables()).isEqualTo(Map.of("a", "x=y z", "b", "2"));
  }

  @Test
  void aTextThatFillsTheBlockIsNotPaddedToASecondOne() {
    String filling = "x".repeat(1024 - "# GRUB Environment Block\na=\n".length());

    assertThat(GrubEnvironment.EMPTY.with(Map.of("a", filling)).toBlock()).hasSize(1024);
    assertThatThrownBy(() -> GrubEnvironment.EMPTY.with(Map.of("a", filling + "x")).toBlock())
        .hasMessage("GRUB variables need 1025 octets, but a block has room for 1024");
  }

  @Test
  void theDoubleBlocksOfOlderInstallationsAreStillRead() {
    String old = "# GRUB Environment Block\nnext_entry=cos\n";
    byte[] block = (old + "#".repeat(2048 - old.length())).getBytes(StandardCharsets.UTF_8);

    assertThat(GrubEnvironment.parse(block).variables()).containsEntry("next_entry", "cos");
  }

  @Test
  void anEmptyValueRemovesTheVariable() {
    var environment = GrubEnvironment.EMPTY.with(Map.of("next_entry", "cos"));

    assertThat(environment.with(Map.of("next_entry", ""))).isEqualTo(GrubEnvironment.EMPTY);
  }

  @Test
  void aLineWithoutAnAssignmentIsAnError() {
    assertThatThrownBy(() -> GrubEnvironment.parse("nonsense\n".getBytes(StandardCharsets.UTF_8)))
        .hasMessage("invalid format for nonsense");
  }

  @Test
  void aValueCannotSmuggleInASecondVariable() {
    assertThatThrownBy(
            () -> GrubEnvironment.EMPTY.with(Map.of("a", "1\nextra_cmdline=init=/bin/sh")))
        .hasMessage("the value of GRUB variable 'a' must be one line");
  }

  private static String text(byte[] block) {
    return new String(block, StandardCharsets.UTF_8);
  }
}
