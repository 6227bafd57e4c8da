package io.kairos.config;

import io.kairos.formats.yaml.YamlMap;
import java.util.List;

/** Dotted keys of the action sections: {@code partitions.oem.size: 60} means nested maps. */
final class Dotted {
  private Dotted() {}

  static YamlMap expanded(YamlMap map) {
    YamlMap result = map;
    for (YamlMap.Entry entry : map.entries()) {
      int dot = entry.key().indexOf('.');
      if (dot > 0 && dot < entry.key().length() - 1) {
        String head = entry.key().substring(0, dot);
        var rest =
            new YamlMap.Entry(entry.key().substring(dot + 1), entry.keyPosition(), entry.value());
        YamlMap inner = expanded(new YamlMap(List.of(rest), entry.keyPosition()));
        YamlMap merged =
            result.map(head).map(existing -> Merge.maps(existing, inner)).orElse(inner);
        result =
            result.without(entry.key()).with(new YamlMap.Entry(head, entry.keyPosition(), merged));
      }
    }
    return result;
  }
}
