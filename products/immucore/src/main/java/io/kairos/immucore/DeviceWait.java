package io.kairos.immucore;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits until udev has made a device's name, by watching its directory. */
final class DeviceWait {
  /** A directory may appear between our look and our watch; then the next look finds it. */
  private static final long LOOK_AGAIN_MILLIS = 500;

  private DeviceWait() {}

  /**
   * @return the path itself, once it exists
   * @throws HostFailure when the deadline passes
   */
  static Path until(Path device, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    try (WatchService watch = device.getFileSystem().newWatchService()) {
      while (!Files.exists(device)) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new HostFailure(device + " did not appear within " + deadline.toSeconds() + " s");
        }
        var key = nearestDirectory(device).register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        if (!Files.exists(device)) {
          watch.poll(Math.min(left, LOOK_AGAIN_MILLIS), TimeUnit.MILLISECONDS);
        }
        key.cancel();
      }
      return device;
    } catch (IOException e) {
      throw new HostFailure("cannot watch for " + device, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostFailure("interrupted while waiting for " + device, e);
    }
  }

  private static Path nearestDirectory(Path device) {
    Path directory = device.getParent();
    while (!Files.isDirectory(directory)) {
      directory = directory.getParent();
    }
    return directory;
  }
}
