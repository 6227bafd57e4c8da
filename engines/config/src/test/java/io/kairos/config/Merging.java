package io.kairos.config;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;

/** Documents for tests. */
final class Merging {
  private Merging() {}

  static YamlMap map(String text) {
    return (YamlMap) Yaml.parse(text, "test");
  }

  static Object merged(String base, String over) {
    return Merge.maps(map(base), map(over)).value();
  }
}
