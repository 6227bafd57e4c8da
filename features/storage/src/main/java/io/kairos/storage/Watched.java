package io.kairos.storage;

import io.kairos.base.HostFailure;
import java.time.Duration;

/** Looks at something again and again while something else works, until it is closed. */
final class Watched implements AutoCloseable {
  private final Thread watcher;

  private Watched(Thread watcher) {
    this.watcher = watcher;
  }

  /**
   * @param look how far the work is; a look that fails is the last one, for it decides nothing
   */
  static Watched every(Duration interval, Runnable look) {
    return new Watched(
        Thread.startVirtualThread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(interval);
                  look.run();
                }
              } catch (InterruptedException | HostFailure end) {
                return;
              }
            }));
  }

  @Override
  public void close() {
    watcher.interrupt();
  }
}
