package io.kairos.immucore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Tells whether the image has something that the kept copy of a directory lacks. */
final class Seed {
  private Seed() {}

  /**
   * The look is cheap where starting rsync for every path at every boot is not.
   *
   * @param image a directory of the image
   * @param kept its copy on the persistent partition
   */
  static boolean isNeeded(Path image, Path kept) throws IOException {
    try (Stream<Path> tree = Files.walk(image)) {
      return tree.skip(1).anyMatch(entry -> isNewer(entry, kept.resolve(image.relativize(entry))));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isNewer(Path entry, Path copy) {
    try {
      if (!Files.exists(copy, LinkOption.NOFOLLOW_LINKS)) {
        return true;
      }
      return Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
          && Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toMillis() / 1000
              > Files.getLastModifiedTime(copy, LinkOption.NOFOLLOW_LINKS).toMillis() / 1000;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
