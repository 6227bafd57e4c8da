package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.FileTree;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Moves a tree over a directory, entry by entry: what is new is renamed in whole, files replace
 * files and links, directories that are there keep their owner and mode. No link of the directory
 * is followed, so nothing is written outside of it. Where another file system is mounted in it,
 * entries are copied beside their place and then renamed.
 */
final class TreeMerge {
  private TreeMerge() {}

  /**
   * @throws Refused before anything is moved, where a directory would replace something else or be
   *     replaced, or where nothing can be written
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
          requireWritable(directory, place);
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
        } else {
          requireWritable(directory, place);
        }
      }
    }
  }

  private static void requireWritable(Path directory, Path place) {
    if (!Files.isWritable(directory)) {
      throw new Refused(
          directory + " is read-only, but the image has something for " + place,
          "choose a target that can be written, such as a folder in /usr/local");
    }
  }

  private static void moveChildren(Path tree, Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(tree)) {
      for (Path child : children) {
        Path place = directory.resolve(child.getFileName());
        if (isDirectory(child) && isDirectory(place)) {
          moveChildren(child, place);
        } else {
          move(child, place, directory);
        }
      }
    }
  }

  private static void move(Path child, Path place, Path directory) throws IOException {
    try {
      rename(child, place);
    } catch (AtomicMoveNotSupportedException e) {
      Path aside = directory.resolve(".kairos-unpack-" + UUID.randomUUID());
      try {
        copy(child, aside);
        rename(aside, place);
      } finally {
        FileTree.delete(aside);
      }
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** With owners, modes, times and attributes; a directory gets its time when it is full. */
  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    if (!isDirectory(from)) {
      return;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(from)) {
      for (Path child : children) {
        copy(child, to.resolve(child.getFileName()));
      }
    }
    Files.setLastModifiedTime(to, Files.getLastModifiedTime(from));
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
