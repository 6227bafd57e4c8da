package io.kairos.agent.reset;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The key with which a person says no. */
final class Enter {
  private Enter() {}

  /** Waits until it is pressed or the time is over. Input that ends says nothing. */
  static boolean isPressed(InputStream in, Duration patience) {
    var pressed = new CountDownLatch(1);
    Thread.ofPlatform().daemon().name("enter").start(() -> await(in, pressed));
    try {
      return pressed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while somebody could object");
    }
  }

  private static void await(InputStream in, CountDownLatch pressed) {
    try {
      if (in.read() >= 0) {
        pressed.countDown();
      }
    } catch (IOException e) {
      System.getLogger(Enter.class.getName())
          .log(System.Logger.Level.WARNING, "nobody can object: {0}", e.getMessage());
    }
  }
}
