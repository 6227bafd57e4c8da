package io.kairos.storage;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition that shows in a folder, and no longer than its deadline. */
public record Awaited(Path folder, Duration deadline) {
  /** Some conditions depend on attributes (sysfs) for which nobody is told of a change. */
  private static final long LONGEST_SILENCE_MILLIS = 200;

  public static Awaited in(Path folder, Duration deadline) {
    return new Awaited(folder, deadline);
  }

  /**
   * @param what completes "waited 30 s for …"
   */
  public void until(BooleanSupplier condition, String what) {
    if (condition.getAsBoolean()) {
      return;
    }
    long end = System.nanoTime() + deadline.toNanos();
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      folder.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
      while (!condition.getAsBoolean()) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new HostFailure("waited " + deadline.toSeconds() + " s in vain for " + what);
        }
        WatchKey key = watch.poll(Math.min(left, LONGEST_SILENCE_MILLIS), TimeUnit.MILLISECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot watch " + folder, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for " + what, e);
    }
  }
}
