package io.kairos.formats.gofmt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoTextTest {
  /** Printed by go1.x: {@code fmt.Sprint(float64(…))}. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "64, 64",
    "-3, -3",
    "123456, 123456",
    "999999, 999999",
    "1000000, 1e+06",
    "67108864, 6.7108864e+07",
    "123456789, 1.23456789e+08",
    "0.5, 0.5",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "123456.7, 123456.7",
    "1234567.5, 1.2345675e+06",
    "100000000000000000000, 1e+20"
  })
  void numbersAreFloats(double number, String text) {
    assertThat(GoText.ofJson(number)).isEqualTo(text);
  }

  @Test
  void everythingElseIsPrintedAsItsGoValue() {
    assertThat(GoText.ofJson("active_boot")).isEqualTo("active_boot");
    assertThat(GoText.ofJson(true)).isEqualTo("true");
    assertThat(GoText.ofJson(null)).isEqualTo("<nil>");
    var list = new ArrayList<Object>(List.of("x", true));
    list.add(null);
    assertThat(GoText.ofJson(Map.of("b", 1L, "a", list))).isEqualTo("map[a:[x true <nil>] b:1]");
  }
}
