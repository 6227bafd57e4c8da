package io.kairos.operator.nodeop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.operator.nodeop.NodeOpSpec.MaintenanceWindow;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaintenanceWindowsTest {
  private static MaintenanceWindows windows(String schedule, String duration, String zone) {
    return MaintenanceWindows.of(List.of(new MaintenanceWindow(schedule, duration, zone)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 2 * * 6       | 4h    | UTC           | 2026-03-07T01:59:59Z | false",
        "0 2 * * 6       | 4h    | UTC           | 2026-03-07T02:00:00Z | true",
        "0 2 * * sat     | 4h    | UTC           | 2026-03-07T05:59:59Z | true",
        "0 2 * * SAT     | 4h    | UTC           | 2026-03-07T06:00:00Z | false",
        "0 22 * * *      | 1d    | UTC           | 2026-03-07T10:00:00Z | true",
        "*/15 1-3 * * *  | 10m   | UTC           | 2026-03-07T03:50:00Z | true",
        "*/15 1-3 * * *  | 10m   | UTC           | 2026-03-07T03:56:00Z | false",
        "0 2 * * *       | 1h30m | Europe/Berlin | 2026-01-10T01:15:00Z | true",
        "0 2 * * *       | 1h30m | Europe/Berlin | 2026-07-10T01:15:00Z | true",
        "0 2 * * *       | 1h    | Europe/Berlin | 2026-07-10T01:15:00Z | false",
        "0 0 1 * mon     | 1h    | UTC           | 2026-03-02T00:30:00Z | true",
        "0 0 1 * mon     | 1h    | UTC           | 2026-03-01T00:30:00Z | true",
        "0 0 * * 7       | 1h    | UTC           | 2026-03-08T00:30:00Z | true",
        "@weekly         | 1h    | UTC           | 2026-03-08T00:30:00Z | true"
      })
  void aWindowIsOpenForItsTime(
      String schedule, String duration, String zone, String now, boolean open) {
    assertThat(windows(schedule, duration, zone).isOpen(Instant.parse(now))).isEqualTo(open);
  }

  @Test
  void aTimeThatTheClocksSkipComesRightAfter() {
    var windows = windows("30 2 * * *", "1h", "Europe/Berlin"); // on 29 March 2 becomes 3 o'clock
    assertThat(windows.isOpen(Instant.parse("2026-03-29T01:45:00Z"))).isTrue();
  }

  @Test
  void theNextOpeningIsTold() {
    assertThat(windows("0 2 29 2 *", "1h", null).nextOpening(Instant.parse("2026-03-01T00:00:00Z")))
        .contains(Instant.parse("2028-02-29T02:00:00Z"));
    assertThat(windows("0 2 31 2 *", "1h", null).nextOpening(Instant.parse("2026-03-01T00:00:00Z")))
        .isEmpty();
  }

  @Test
  void withoutWindowsItIsAlwaysOpen() {
    assertThat(MaintenanceWindows.of(null).isOpen(Instant.EPOCH)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "x * * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8"
      })
  void aScheduleThatMakesNoSenseIsTold(String schedule) {
    assertThatThrownBy(() -> windows(schedule, "1h", null))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("schedule '" + schedule + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0h", "1", "1w", "32d", "-1h"})
  void aDurationThatMakesNoSenseIsTold(String duration) {
    assertThatThrownBy(() -> windows("* * * * *", duration, null))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("duration");
  }

  @Test
  void aZoneThatDoesNotExistIsTold() {
    assertThatThrownBy(() -> windows("* * * * *", "1h", "Mars/Olympus"))
        .hasMessageContaining("Mars/Olympus");
  }
}
