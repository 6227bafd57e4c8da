package io.kairos.testkit.host;

import io.kairos.host.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An empty folder in memory, where the system has one for everybody: a million files on a disk take
 * an hour. Closing deletes it with all that is in it.
 */
public record MemoryFolder(Path path) implements AutoCloseable {
  /** A tmpfs (shm_overview(7)). */
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  public static MemoryFolder open() throws IOException {
    return new MemoryFolder(
        Files.isWritable(SHARED_MEMORY)
            ? Files.createTempDirectory(SHARED_MEMORY, "kairos-test-")
            : Files.createTempDirectory("kairos-test-"));
  }

  @Override
  public void close() {
    FileTree.delete(path);
  }
}
