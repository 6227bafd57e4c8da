package io.kairos.images;

import io.kairos.plan.StepProgress;
import java.util.concurrent.atomic.AtomicLong;

/** Octets of one pull, counted by all who fetch, told to whoever watches. */
final class PullCount {
  private final StepProgress progress;
  private final AtomicLong total = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong fetched = new AtomicLong();

  PullCount(StepProgress progress) {
    this.progress = progress;
  }

  /** More work is known, in octets of the registry. */
  void expect(long octets) {
    total.addAndGet(octets);
  }

  void fetched(long octets) {
    fetched.addAndGet(octets);
    advance(octets);
  }

  /** Already here: counts as done, not as fetched. */
  void reused(long octets) {
    advance(octets);
  }

  /** What was counted has to be done again. */
  void lost(long octets) {
    done.addAndGet(-octets);
  }

  private void advance(long octets) {
    long all = total.get();
    progress.done(Math.min(done.addAndGet(octets), all), all);
  }

  long fetched() {
    return fetched.get();
  }

  void say(String line) {
    progress.detail(line);
  }
}
