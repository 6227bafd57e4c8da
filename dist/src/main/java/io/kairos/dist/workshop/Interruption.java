package io.kairos.dist.workshop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C: the working thread is interrupted and gets time to release what it holds (mounts, scratch
 * trees, machines); whatever child is left then is killed. One for a process.
 */
final class Interruption {
  private static final Duration TIME_TO_RELEASE = Duration.ofSeconds(30);

  private final CountDownLatch released = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean happened;

  private Interruption(Thread worker) {
    hook = new Thread(() -> end(worker), "interruption");
  }

  /** From now on, an end of this process interrupts that thread first. */
  static Interruption guarding(Thread worker) {
    var interruption = new Interruption(worker);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Whether the process is ending under the worker. */
  boolean happened() {
    return happened;
  }

  /** The worker holds nothing any more. */
  void released() {
    released.countDown();
  }

  private void end(Thread worker) {
    if (released.getCount() > 0) {
      happened = true;
      worker.interrupt();
      try {
        var ignored = released.await(TIME_TO_RELEASE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
  }
}
