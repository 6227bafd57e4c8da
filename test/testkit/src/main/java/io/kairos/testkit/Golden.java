package io.kairos.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that hold what a program is to produce; {@code -Dgolden.update} writes them anew. */
public final class Golden {
  private Golden() {}

  /**
   * @param file relative to the module's folder
   */
  public static void assertMatches(Path file, String actual) {
    try {
      if (System.getProperty("golden.update") != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, actual);
        return;
      }
      String expected = Files.exists(file) ? Files.readString(file) : "";
      if (!expected.equals(actual)) {
        throw new AssertionError(
            file
                + " differs at line "
                + firstDifference(expected, actual)
                + "; run with -Dgolden.update and review the change\n--- actual\n"
                + actual);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int firstDifference(String expected, String actual) {
    String[] a = expected.split("\n", -1);
    String[] b = actual.split("\n", -1);
    int line = 0;
    while (line < Math.min(a.length, b.length) && a[line].equals(b[line])) {
      line++;
    }
    return line + 1;
  }
}
