package io.kairos.images;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Compresses parts of one stream on all cores; closing awaits what was begun. */
final class Compressors implements AutoCloseable {
  private final ExecutorService threads;

  /**
   * @param name of the threads, without their number
   */
  Compressors(String name) {
    threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name(name, 0).factory());
  }

  <T> Future<T> submit(Callable<T> part) {
    return threads.submit(part);
  }

  /**
   * Awaits a part.
   *
   * @throws IOException when it could not be compressed, or the waiting thread was interrupted
   */
  static <T> T result(Future<T> part) throws IOException {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compressing", e);
    } catch (ExecutionException e) {
      throw new IOException("cannot compress", e.getCause());
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
