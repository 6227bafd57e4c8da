package io.kairos.agent.install;

import io.kairos.base.Position;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlScalar;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The node's diary on its persistent partition: {@code .kairos-state}, when it is new. */
record FirstInstall(Instant when, String source) {
  static final String FILE = ".kairos-state";
  private static final String NEVER = "never";

  /** Keys in the order of the contract, one document. */
  String yaml() {
    return line("first-install", when.truncatedTo(ChronoUnit.SECONDS).toString())
        + line("first-install-source", source)
        + line("last-active-upgrade", NEVER)
        + line("last-active-source", "")
        + line("last-recovery-upgrade", NEVER)
        + line("last-recovery-source", "")
        + line("last-reset", NEVER)
        + line("last-reset-source", "");
  }

  private static String line(String key, String value) {
    Position here = Position.ofSource(FILE);
    return Yaml.emit(
        new YamlMap(List.of(new YamlMap.Entry(key, here, YamlScalar.text(value, here))), here));
  }
}
