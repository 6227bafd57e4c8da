package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An entry of {@code platforms.yaml}.
 *
 * @param name as in {@code providers}
 * @param data its keys, as that file explains them
 */
record Platform(String name, YamlMap data) {
  /** All entries by name. */
  static Map<String, Platform> all() {
    try (var in = Platform.class.getResourceAsStream("platforms.yaml")) {
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, Platform> all = new LinkedHashMap<>();
      if (Yaml.parse(text, "platforms.yaml") instanceof YamlMap platforms) {
        for (YamlMap.Entry entry : platforms.entries()) {
          if (entry.value() instanceof YamlMap data) {
            all.put(entry.key(), new Platform(entry.key(), data));
          }
        }
      }
      return all;
    } catch (IOException e) {
      throw new HostFailure("cannot read platforms.yaml", e);
    }
  }

  /** Whether its metadata service differs from others in addresses alone. */
  boolean isPlain() {
    return data.entry("base").isPresent();
  }

  /** Whether the firmware says that this machine is there. */
  boolean isFirmwareOf(Host host) {
    for (Map.Entry<String, String> mark : texts("dmi").entrySet()) {
      String found = dmi(host, mark.getKey()).toLowerCase(Locale.ROOT);
      if (found.startsWith(mark.getValue().toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  private static String dmi(Host host, String name) {
    try {
      return Files.readString(host.resolved("/sys/class/dmi/id/" + name)).strip();
    } catch (IOException absent) {
      return "";
    }
  }

  /** A map of texts; empty when the key is absent. */
  Map<String, String> texts(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (YamlMap.Entry entry : data.map(key).map(YamlMap::entries).orElse(List.of())) {
      if (entry.value() instanceof YamlScalar scalar) {
        texts.put(entry.key(), scalar.asText());
      }
    }
    return texts;
  }

  /** The platforms that the firmware names; more than one only when it is inconsistent. */
  static List<String> identified(Host host, Map<String, Platform> all) {
    List<String> names = new ArrayList<>();
    for (Platform platform : all.values()) {
      if (platform.isFirmwareOf(host)) {
        names.add(platform.name());
      }
    }
    return names;
  }
}
