package io.kairos.agent;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM while an action runs: it is told to stop, and the process waits until the
 * action has released what it holds.
 */
public final class Interruption implements AutoCloseable {
  /** systemd kills what has not ended after it (DefaultTimeoutStopSec). */
  private static final Duration PATIENCE = Duration.ofSeconds(80);

  private final CountDownLatch released = new CountDownLatch(1);
  private final Thread hook;

  private Interruption(Runnable cancel, Thread worker) {
    hook =
        new Thread(
            () -> {
              cancel.run();
              worker.interrupt();
              awaitRelease();
            },
            "interruption");
  }

  /**
   * @param cancel ends the action before its next step
   */
  public static Interruption stops(Runnable cancel) {
    var interruption = new Interruption(cancel, Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private void awaitRelease() {
    try {
      if (!released.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        System.getLogger(Interruption.class.getName())
            .log(System.Logger.Level.WARNING, "gave up waiting for the interrupted action");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    released.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is already on its way out: the hook is what we wait in
    }
  }
}
