package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Moves a tree over a directory of the same file system, entry by entry: what is new is renamed in
 * whole, files replace files and links, directories that are there keep their owner and mode. No
 * link of the directory is followed, so nothing is written outside of it.
 */
final class TreeMerge {
  private TreeMerge() {}

  /**
   * @throws Refused before anything is moved, where a directory would replace something else or be
   *     replaced
   */
  static void move(Path tree, Path directory) {
    try {
      check(tree, directory);
      moveChildren(tree, directory);
    } catch (IOException e) {
      throw new HostFailure("cannot move what was unpacked to " + directory, e);
    }
  }

  private static void check(Path tree, Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(tree)) {
      for (Path child : children) {
        Path place = directory.resolve(child.getFileName());
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        if (isDirectory(child) != isDirectory(place)) {
          throw new Refused(
              place
                  + (isDirectory(child)
                      ? " is no directory, but the image has one there"
                      : " is a directory, but the image has something else there"),
              "choose another target, or remove it first");
        }
        if (isDirectory(child)) {
          check(child, place);
        }
      }
    }
  }

  private static void moveChildren(Path tree, Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(tree)) {
      for (Path child : children) {
        Path place = directory.resolve(child.getFileName());
        if (isDirectory(child) && isDirectory(place)) {
          moveChildren(child, place);
        } else {
          Files.move(
              child, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
