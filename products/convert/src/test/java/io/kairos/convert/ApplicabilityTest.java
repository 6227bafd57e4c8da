package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApplicabilityTest {
  @ParameterizedTest
  @CsvSource({
    "*, amd64, 13, true",
    "amd64, amd64, 13, true",
    "arm64, amd64, 13, false",
    ">=13, amd64, 13, true",
    ">=13, amd64, 12, false",
    "<13, amd64, 12, true",
    "12, amd64, 12, true",
    "'>=22.04, <26.04', amd64, 24.04, true",
    "'>=22.04, <26.04', amd64, 26.04, false",
    "'12 || 14', amd64, 14, true",
    "'12 || 14', amd64, 13, false",
    ">=9, amd64, 12, true",
  })
  void anEntryCountsForTheImagesThatItNames(
      String text, String architecture, String release, boolean counts) {
    assertThat(new Applicability(text).includes(architecture, release)).isEqualTo(counts);
  }

  @Test
  void aMisspeltConstraintIsNoticedWhenTheDescriptorLoads() {
    assertThatThrownBy(() -> new Applicability("=>13")).hasMessageContaining("=>13");
  }
}
