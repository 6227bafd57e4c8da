package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageVersionTest {
  @ParameterizedTest
  @CsvSource({
    "1.2.3, v1.2.3",
    "v1.2, v1.2.0",
    "1, v1.0.0",
    "v3.2.1-rc1+k3s1, v3.2.1-rc1+k3s1",
  })
  void aVersionIsNormalised(String written, String normalised) {
    assertThat(ImageVersion.parse(written).text()).isEqualTo(normalised);
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> ImageVersion.parse("latest"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("'latest' is no semantic version");
  }
}
