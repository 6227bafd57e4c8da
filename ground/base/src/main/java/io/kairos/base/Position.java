package io.kairos.base;

/**
 * A place in a text that a user wrote.
 *
 * @param source file path, URL, or a word such as {@code cmdline}
 * @param line 1-based; zero when only the source is known
 * @param column 1-based; zero when unknown
 */
public record Position(String source, int line, int column) {
  public static Position ofSource(String source) {
    return new Position(source, 0, 0);
  }

  /** {@code /oem/90_custom.yaml:4:11}, as compilers print it. */
  @Override
  public String toString() {
    if (line == 0) {
      return source;
    }
    return column == 0 ? source + ":" + line : source + ":" + line + ":" + column;
  }
}
