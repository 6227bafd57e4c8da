package io.kairos.operator.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerClockTest {
  private static final Instant SERVER = Instant.parse("2026-03-01T10:00:00Z");
  private static final String DATE = "Sun, 01 Mar 2026 10:00:00 GMT";

  private final AtomicLong nanos = new AtomicLong(17);
  private final ServerClock ahead =
      new ServerClock(() -> SERVER.plus(Duration.ofHours(1)), nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void theServersTimeCountsAsSoonAsItIsKnown() {
    assertThat(ahead.instant()).isEqualTo(SERVER.plus(Duration.ofHours(1)));
    ahead.heard(DATE);
    assertThat(ahead.instant()).isEqualTo(SERVER);
    pass(Duration.ofMinutes(5));
    assertThat(ahead.instant()).isEqualTo(SERVER.plus(Duration.ofMinutes(5)));
  }

  @Test
  void wholeSecondsAndSlowAnswersDoNotMoveIt() {
    ahead.heard(DATE);
    pass(Duration.ofMillis(1900));
    ahead.heard(DATE);
    assertThat(ahead.instant()).isEqualTo(SERVER.plusMillis(1900));
  }

  @Test
  void aServerWhoseClockIsSetIsFollowed() {
    ahead.heard(DATE);
    ahead.heard("Sun, 01 Mar 2026 12:00:00 GMT");
    assertThat(ahead.instant()).isEqualTo(SERVER.plus(Duration.ofHours(2)));
  }

  @Test
  void whatIsNoDateChangesNothing() {
    ahead.heard(DATE);
    ahead.heard("yesterday");
    assertThat(ahead.instant()).isEqualTo(SERVER);
  }
}
