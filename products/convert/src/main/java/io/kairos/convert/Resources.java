package io.kairos.convert;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The data of this module, by its path below the package. */
final class Resources {
  private Resources() {}

  static byte[] bytes(String path) {
    try (InputStream in = Resources.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String path) {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  /** Lines of a list, without comments and empty ones. */
  static List<String> lines(String path) {
    return text(path)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  static YamlMap yaml(String path) {
    if (Yaml.parse(text(path), path) instanceof YamlMap map) {
      return map;
    }
    throw new IllegalStateException(path + " is no map");
  }
}
