package io.kairos.agent.frontend;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/** What a running installation says, one line of output each. */
public sealed interface InstallEvent {
  /** A step begins. */
  record Reached(InstallMilestone milestone) implements InstallEvent {}

  /** Why it ends; may have several lines. */
  record Failed(String message) implements InstallEvent {}

  /** Anything else: a line of its log. */
  record Line(String text) implements InstallEvent {}

  /** Empty for an event that this version does not know. */
  static Optional<InstallEvent> parse(String line) {
    if (!line.startsWith("{")) {
      return Optional.of(new Line(line));
    }
    Optional<JsonObject> object = object(line);
    Optional<String> event = object.flatMap(json -> json.text("event")).filter(e -> !e.isEmpty());
    if (event.isEmpty()) {
      return Optional.of(new Line(line));
    }
    return switch (event.get()) {
      case "step" ->
          object
              .flatMap(json -> json.text("step"))
              .flatMap(InstallMilestone::named)
              .map(Reached::new);
      case "error" -> Optional.of(new Failed(object.get().text("message").orElse("")));
      default -> Optional.empty();
    };
  }

  private static Optional<JsonObject> object(String line) {
    try {
      return Json.parse("event", line) instanceof Map<?, ?> map
              && map.get("event") instanceof String
          ? Optional.of(JsonObject.of("event", map))
          : Optional.empty();
    } catch (InvalidConfig noJson) {
      return Optional.empty();
    }
  }
}
