package io.kairos.agent.phonehome;

import java.time.Duration;

/** Pauses between attempts, each twice as long as the one before, up to a minute. */
final class Pause {
  private final Duration first;
  private Duration next;

  Pause(Duration first) {
    this.first = first;
    this.next = first;
  }

  Duration next() {
    Duration limited =
        next.compareTo(FleetSettings.LONGEST_PAUSE) > 0 ? FleetSettings.LONGEST_PAUSE : next;
    next = limited.multipliedBy(2);
    return limited;
  }

  /** Something has worked. */
  void reset() {
    next = first;
  }
}
