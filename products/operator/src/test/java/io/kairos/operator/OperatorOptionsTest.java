package io.kairos.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorOptionsTest {
  private static OperatorOptions parse(String... words) {
    return OperatorOptions.parse(List.of(words));
  }

  @Test
  void theDefaultsAreUpstreams() {
    OperatorOptions options = parse();
    assertThat(options.metricsAddress()).isEqualTo("0");
    assertThat(options.secureMetrics()).isTrue();
    assertThat(options.probeAddress()).isEqualTo(":8081");
    assertThat(options.leaderElection()).isFalse();
    assertThat(options.toolImage()).isEqualTo("quay.io/kairos/auroraboot:v0.24.0");
    assertThat(options.buildahImage()).isEqualTo("quay.io/buildah/stable:v1.43.1");
  }

  @Test
  void flagsAreWrittenAsGoReadsThem() {
    OperatorOptions options =
        parse("-leader-elect", "--metrics-bind-address", ":8443", "-metrics-secure=false");
    assertThat(options.leaderElection()).isTrue();
    assertThat(options.metricsAddress()).isEqualTo(":8443");
    assertThat(options.secureMetrics()).isFalse();
  }

  @Test
  void aMisspeltFlagIsTold() {
    assertThatThrownBy(() -> parse("--leader-elekt"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("did you mean --leader-elect?");
  }

  @Test
  void aBooleanThatIsNoneIsTold() {
    assertThatThrownBy(() -> parse("--leader-elect=maybe"))
        .hasMessageContaining("neither true nor false");
  }

  @Test
  void theHelpNamesEachFlag() {
    assertThat(OperatorOptions.help())
        .contains("--leader-elect", "--tool-image", "ce9721c3.kairos.io");
  }
}
