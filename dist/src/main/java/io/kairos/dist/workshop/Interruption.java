package io.kairos.dist.workshop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C: the working thread is interrupted and gets time to release what it holds (mounts, scratch
 * trees, machines); whatever child is left then is killed. One for a process.
 */
final class Interruption {
  /** A half-made root has tens of thousands of files, and the machine may be busy. */
  private static final Duration TIME_TO_RELEASE = Duration.ofMinutes(5);

  /** Until people are told what they wait for. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

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
        if (!released.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          System.err.println("stopping: what is half made is being removed");
          var ignored = released.await(TIME_TO_RELEASE.toMillis(), TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
  }
}
