package io.kairos.stages;

import io.kairos.host.Host;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The lock of {@code /etc/.pwd.lock}; none where the file cannot be, such as on a read-only root.
 */
final class PasswordLock implements AutoCloseable {
  /** As long as lckpwdf(3) waits. Who waits longer goes on: a boot must not hang on it. */
  private static final Duration LONGEST = Duration.ofSeconds(15);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Optional<FileChannel> channel;

  private PasswordLock(Optional<FileChannel> channel) {
    this.channel = channel;
  }

  static PasswordLock acquire(Host host) {
    Path file = host.resolved("/etc/.pwd.lock");
    try {
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileLock lock = channel.tryLock();
      for (Duration waited = Duration.ZERO;
          lock == null && waited.compareTo(LONGEST) < 0;
          waited = waited.plus(PAUSE)) {
        Thread.sleep(PAUSE);
        lock = channel.tryLock();
      }
      return new PasswordLock(Optional.of(channel));
    } catch (IOException readOnly) {
      return new PasswordLock(Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new PasswordLock(Optional.empty());
    }
  }

  /** Closing the file gives the lock back. */
  @Override
  public void close() {
    if (channel.isPresent()) {
      try {
        channel.get().close();
      } catch (IOException closedAllTheSame) {
        return;
      }
    }
  }
}
