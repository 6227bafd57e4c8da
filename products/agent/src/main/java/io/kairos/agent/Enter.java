package io.kairos.agent;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The key with which a person says no, or that it is enough. */
public final class Enter {
  private final CountDownLatch pressed = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  private Enter() {}

  /** Heeds the key from now on. Input that ends says nothing. */
  public static Enter of(InputStream in) {
    var enter = new Enter();
    Thread.ofPlatform().daemon().name("enter").start(() -> enter.listen(in));
    return enter;
  }

  /** Waits until it is pressed or the time is over. */
  public boolean isPressed(Duration patience) {
    try {
      return pressed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while somebody could object");
    }
  }

  /**
   * Waits until it is pressed, however long.
   *
   * @throws InterruptedException when the program has to end
   */
  public void await() throws InterruptedException {
    pressed.await();
  }

  /** The same, but input that ends is enough. */
  public void awaitOrEnd() throws InterruptedException {
    over.await();
  }

  private void listen(InputStream in) {
    try {
      if (in.read() >= 0) {
        pressed.countDown();
      }
    } catch (IOException e) {
      System.getLogger(Enter.class.getName())
          .log(System.Logger.Level.WARNING, "nobody can press a key: {0}", e.getMessage());
    } finally {
      over.countDown();
    }
  }
}
