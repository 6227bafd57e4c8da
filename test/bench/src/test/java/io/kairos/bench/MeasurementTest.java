package io.kairos.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeasurementTest {
  @Test
  void aComparedFigureIsARatioForPeopleAndPrograms() {
    var figure = Measurement.compared("added to the image", 50, "MiB", 200, "layers above");

    assertThat(figure.render())
        .isEqualTo(
            "added to the image                                 50.0 MiB    0.250  layers above");
    assertThat(figure.fields())
        .containsEntry("value", 50.0)
        .containsEntry("ratio", 0.25)
        .containsEntry("unit", "MiB");
  }

  @Test
  void aFigureAloneHasNoRatio() {
    assertThat(Measurement.of("cold start", 120, "ms", "median").fields())
        .doesNotContainKey("ratio");
  }
}
