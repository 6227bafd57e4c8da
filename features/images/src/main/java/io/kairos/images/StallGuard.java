package io.kairos.images;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a stream on which nothing arrives for too long: a read of it then fails instead of waiting
 * for ever. One thread reads; a second one watches.
 */
final class StallGuard extends ObservedInputStream {
  private final Duration limit;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long lastProgress = System.nanoTime();
  private volatile boolean reading;
  private volatile boolean stalled;

  StallGuard(InputStream in, Duration limit) {
    super(in);
    this.limit = limit;
    Thread.ofVirtual().name("stall-guard").start(this::watch);
  }

  private void watch() {
    try {
      long wait = limit.toNanos();
      while (!closed.await(wait, TimeUnit.NANOSECONDS)) {
        long idle = reading ? System.nanoTime() - lastProgress : 0;
        if (idle >= limit.toNanos()) {
          stalled = true;
          in.close();
          return;
        }
        wait = limit.toNanos() - idle;
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt(); // the reader sees what became of its stream
    }
  }

  @Override
  public int read(byte[] buffer, int from, int length) throws IOException {
    lastProgress = System.nanoTime();
    reading = true;
    try {
      int count = in.read(buffer, from, length);
      if (stalled) {
        throw stalled();
      }
      return count;
    } catch (IOException e) {
      throw stalled ? stalled() : e;
    } finally {
      reading = false;
    }
  }

  private IOException stalled() {
    return new IOException("nothing arrived for " + limit.toSeconds() + " s");
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    in.close();
  }
}
