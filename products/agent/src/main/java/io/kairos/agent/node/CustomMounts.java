package io.kairos.agent.node;

import io.kairos.base.Position;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlList;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.util.Arrays;
import java.util.List;

/** The cloud-config that hands the user's own mounts to the initramfs. */
public record CustomMounts(List<String> bind, List<String> ephemeral) {
  static final String FILE = "10_user_custom_mounts.yaml";
  private static final Position HERE = Position.ofSource(FILE);

  String yaml() {
    return Yaml.emit(
        map(
            entry(
                "stages",
                map(
                    entry(
                        "rootfs",
                        new YamlList(
                            List.of(
                                map(
                                    entry("name", text("user_custom_mounts")),
                                    entry("environment_file", text("/run/cos/custom-layout.env")),
                                    entry(
                                        "environment",
                                        map(
                                            entry(
                                                "CUSTOM_BIND_MOUNTS", text(String.join(" ", bind))),
                                            entry(
                                                "CUSTOM_EPHEMERAL_MOUNTS",
                                                text(String.join(" ", ephemeral))))))),
                            HERE))))));
  }

  private static YamlMap map(YamlMap.Entry... entries) {
    return new YamlMap(Arrays.asList(entries), HERE);
  }

  private static YamlMap.Entry entry(String key, YamlNode value) {
    return new YamlMap.Entry(key, HERE, value);
  }

  private static YamlNode text(String value) {
    return YamlScalar.text(value, HERE);
  }
}
