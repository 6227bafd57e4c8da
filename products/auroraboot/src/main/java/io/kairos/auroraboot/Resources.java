package io.kairos.auroraboot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The data of this module. */
final class Resources {
  private Resources() {}

  static String text(String name) {
    try (var in = Resources.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Entries of a list, one a line; {@code #} begins a comment. */
  static List<String> lines(String name) {
    List<String> entries = new ArrayList<>();
    for (String line : text(name).lines().toList()) {
      String entry = line.replaceFirst("(^|\\s)#.*", "").strip();
      if (!entry.isEmpty()) {
        entries.add(entry);
      }
    }
    return entries;
  }
}
