package io.kairos.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version of these jars, put into them by the build. */
public final class BuildVersion {
  /**
   * On a node it is among Java's options: looking for a resource opens one jar after the other, and
   * a stage that finds all its classes in the archive opens none.
   */
  public static final String PROPERTY = "kairos.version";

  private BuildVersion() {}

  /** For example {@code 0.1.0}; {@code dev} when the build did not say. */
  public static String read() {
    String told = System.getProperty(PROPERTY);
    return told == null ? ofJar() : told;
  }

  private static String ofJar() {
    try (var in = BuildVersion.class.getResourceAsStream("version")) {
      if (in == null) {
        return "dev";
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      return text.isEmpty() || text.startsWith("${") ? "dev" : text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
