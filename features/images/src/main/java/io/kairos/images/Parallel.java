package io.kairos.images;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** Does several things at once; the first failure interrupts the others. */
final class Parallel {
  private Parallel() {}

  /**
   * One virtual thread each; all have ended when this returns.
   *
   * @param atOnce how many of them work at a time
   * @param what for the message when this thread is interrupted
   */
  static <T> List<T> all(int atOnce, String what, List<Callable<T>> tasks) throws IOException {
    var room = new Semaphore(atOnce);
    var first = new AtomicReference<Exception>();
    List<T> results = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (Callable<T> task : tasks) {
        try {
          futures.add(executor.submit(() -> run(task, room, first, executor)));
        } catch (RejectedExecutionException e) {
          break; // one has failed already
        }
      }
      for (Future<T> future : futures) {
        try {
          results.add(future.get());
        } catch (InterruptedException e) {
          executor.shutdownNow();
          Thread.currentThread().interrupt();
          throw new HostFailure("interrupted: " + what);
        } catch (ExecutionException e) {
          first.compareAndSet(null, new IllegalStateException(e.getCause()));
        }
      }
    }
    switch (first.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case IOException e -> throw e;
      case Exception e -> throw new IllegalStateException(e);
    }
    return results;
  }

  private static <T> T run(
      Callable<T> task, Semaphore room, AtomicReference<Exception> first, ExecutorService executor)
      throws Exception {
    room.acquire();
    try {
      return task.call();
    } catch (Exception e) {
      first.compareAndSet(null, e);
      executor.shutdownNow();
      throw e;
    } finally {
      room.release();
    }
  }
}
