package io.kairos.host;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory with all that is in it; links in it are never followed. */
public final class FileTree {
  private FileTree() {}

  /**
   * Deletes a tree or a file, if it is there.
   *
   * @throws HostFailure when something of it stays
   */
  public static void delete(Path tree) {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      Files.walkFileTree(tree, DELETION);
    } catch (IOException e) {
      throw new HostFailure("cannot remove " + tree, e);
    }
  }

  private static final SimpleFileVisitor<Path> DELETION =
      new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
          Files.delete(file);
          return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure)
            throws IOException {
          if (failure != null) {
            throw failure;
          }
          Files.delete(directory);
          return FileVisitResult.CONTINUE;
        }
      };
}
