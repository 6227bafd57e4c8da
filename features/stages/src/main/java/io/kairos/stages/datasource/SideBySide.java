package io.kairos.stages.datasource;

import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Waits for many at the same time. */
final class SideBySide {
  private SideBySide() {}

  /**
   * Does the same with each item, one thread each, and returns when all have ended.
   *
   * @param task must not throw: what it finds out it keeps itself
   */
  static <T> void each(Collection<T> items, Consumer<T> task) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      items.forEach(item -> threads.execute(() -> task.accept(item)));
    }
  }
}
