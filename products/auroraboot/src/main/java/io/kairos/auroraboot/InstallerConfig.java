package io.kairos.auroraboot;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Refused;
import io.kairos.config.CloudConfigFiles;
import io.kairos.config.Config;
import io.kairos.config.Validation;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The cloud-config that a medium carries, checked before anything is built. */
final class InstallerConfig {
  private InstallerConfig() {}

  /**
   * @return what is worth telling, but no reason to stop
   * @throws InvalidConfig with everything that an installation would stumble over
   */
  static List<Problem> check(Path file, Validation.Check... checks) {
    String text = read(file);
    if (!CloudConfigFiles.hasHeader(text)) {
      throw new InvalidConfig(
          Problem.at(
                  Position.ofSource(file.toString()),
                  "has no header, so the node would pass over it")
              .withRemedy("begin it with a line #cloud-config"));
    }
    YamlMap map =
        switch (Yaml.parse(text, file.toString())) {
          case YamlMap keys -> keys;
          case YamlScalar nothing when nothing.kind() == YamlScalar.Kind.NULL ->
              YamlMap.empty(nothing.position());
          case YamlNode other ->
              throw new InvalidConfig(Problem.at(other.position(), "a cloud-config is a map"));
        };
    var validation =
        Validation.of(new Config(map, List.of(file.toString()), List.of(), List.of()), checks);
    validation.throwIfAny();
    return validation.notices();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new Refused("cannot read the cloud-config " + file, "name a readable text file");
    }
  }
}
