package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VersionOrderTest {
  @Test
  void kernelsAreOrderedByTheirNumbersAndNotByTheirLetters() {
    var kernels = List.of("6.8.0-100-generic", "6.8.0-45-generic", "6.12.9-amd64", "6.12.10-amd64");

    assertThat(kernels.stream().sorted(VersionOrder.INSTANCE))
        .containsExactly("6.8.0-45-generic", "6.8.0-100-generic", "6.12.9-amd64", "6.12.10-amd64");
  }

  @Test
  void namesThatAreNoVersionsAreOrderedToo() {
    assertThat(
            List.of("5.14.0-570.el9.x86_64", "5.14.0-70.el9.x86_64").stream()
                .max(VersionOrder.INSTANCE))
        .hasValue("5.14.0-570.el9.x86_64");
  }
}
