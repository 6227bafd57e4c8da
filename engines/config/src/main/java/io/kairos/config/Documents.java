package io.kairos.config;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlNode;
import java.util.HashMap;
import java.util.Map;

/** Parses each document once, however many readers of one process ask for it. One thread. */
public final class Documents {
  /** By source, then by text. */
  private final Map<String, Map<String, YamlNode>> parsed = new HashMap<>();

  /**
   * @param source names the document in positions
   * @throws InvalidConfig when it is no YAML
   */
  public YamlNode parse(String text, String source) {
    Map<String, YamlNode> ofSource = parsed.computeIfAbsent(source, key -> new HashMap<>());
    YamlNode known = ofSource.get(text);
    if (known == null) {
      known = Yaml.parse(text, source);
      ofSource.put(text, known);
    }
    return known;
  }
}
