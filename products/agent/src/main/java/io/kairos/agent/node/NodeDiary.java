package io.kairos.agent.node;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlScalar;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The node's diary on its persistent partition, {@code .kairos-state}: when it was installed,
 * upgraded and reset, and from what. Each event has a key for its time (RFC 3339, or {@code never})
 * and one for its source.
 */
public record NodeDiary(Map<String, String> values) {
  public static final String FILE = ".kairos-state";
  private static final String NEVER = "never";

  /** What the diary tells of. */
  public enum Event {
    FIRST_INSTALL("the first installation", "first-install", "first-install-source"),
    ACTIVE_UPGRADE("the upgrade", "last-active-upgrade", "last-active-source"),
    RECOVERY_UPGRADE("the recovery upgrade", "last-recovery-upgrade", "last-recovery-source"),
    RESET("the reset", "last-reset", "last-reset-source");

    private final String words;
    private final String time;
    private final String source;

    Event(String words, String time, String source) {
      this.words = words;
      this.time = time;
      this.source = source;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  static final NodeDiary EMPTY = new NodeDiary(Map.of());

  /** Keys in the order of the contract, all of them. */
  public NodeDiary {
    Map<String, String> ordered = new LinkedHashMap<>();
    for (Event event : Event.values()) {
      ordered.put(event.time, values.getOrDefault(event.time, NEVER));
      ordered.put(event.source, values.getOrDefault(event.source, ""));
    }
    values = ordered;
  }

  /**
   * @throws InvalidConfig when it is no YAML map of texts
   */
  static NodeDiary parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    if (Yaml.parse(text, FILE) instanceof YamlMap map) {
      for (YamlMap.Entry entry : map.entries()) {
        if (entry.value() instanceof YamlScalar scalar) {
          values.put(entry.key(), scalar.text());
        }
      }
      return new NodeDiary(values);
    }
    throw new InvalidConfig(Problem.of(FILE + " is not a map"));
  }

  NodeDiary with(Event event, Instant when, String source) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    changed.put(event.time, when.truncatedTo(ChronoUnit.SECONDS).toString());
    changed.put(event.source, source);
    return new NodeDiary(changed);
  }

  String yaml() {
    var text = new StringBuilder();
    Position here = Position.ofSource(FILE);
    values.forEach(
        (key, value) ->
            text.append(
                Yaml.emit(
                    new YamlMap(
                        List.of(new YamlMap.Entry(key, here, YamlScalar.text(value, here))),
                        here))));
    return text.toString();
  }
}
