package io.kairos.dist.runtime;

import io.kairos.base.HostFailure;
import java.nio.charset.StandardCharsets;

/**
 * A path compiled into a library, and the one that takes its place in the file.
 *
 * @param file name of the library
 * @param replacement as long as the original, so that nothing moves
 */
record EmbeddedPath(String file, String original, String replacement) {
  EmbeddedPath {
    if (original.length() != replacement.length()) {
      throw new IllegalArgumentException(
          "'" + replacement + "' is not as long as '" + original + "'");
    }
  }

  static EmbeddedPath parse(String line) {
    String[] words = line.split("\\s+");
    if (words.length != 3) {
      throw new IllegalArgumentException("expected file, old path, new path: " + line);
    }
    return new EmbeddedPath(words[0], words[1], words[2]);
  }

  /**
   * Redirects each occurrence, also as the beginning of a longer path.
   *
   * @throws HostFailure when the library does not name the path: it is not the one we know
   */
  void redirectIn(byte[] library) {
    byte[] from = original.getBytes(StandardCharsets.US_ASCII);
    byte[] to = replacement.getBytes(StandardCharsets.US_ASCII);
    int found = 0;
    for (int at = 0; at + from.length <= library.length; at++) {
      if (matches(library, at, from)) {
        System.arraycopy(to, 0, library, at, to.length);
        at += to.length - 1;
        found++;
      }
    }
    if (found == 0) {
      throw new HostFailure(
          "the C library of this machine does not know " + original + " in " + file);
    }
  }

  private static boolean matches(byte[] library, int at, byte[] word) {
    for (int i = 0; i < word.length; i++) {
      if (library[at + i] != word[i]) {
        return false;
      }
    }
    return true;
  }
}
