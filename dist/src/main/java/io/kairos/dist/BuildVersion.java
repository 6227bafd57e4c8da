package io.kairos.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version of these jars, put into them by the build. */
public final class BuildVersion {
  private BuildVersion() {}

  /** For example {@code 0.1.0}; {@code dev} when the build did not say. */
  public static String read() {
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
