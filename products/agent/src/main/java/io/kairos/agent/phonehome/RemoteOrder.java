package io.kairos.agent.phonehome;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * What a fleet server wants this node to do.
 *
 * @param id by which the server knows what became of it
 * @param command a word: {@code reboot}
 */
record RemoteOrder(String id, String command, Map<String, String> args) {
  /** How far it has come, in the server's words. */
  enum Phase {
    RUNNING("Running"),
    COMPLETED("Completed"),
    FAILED("Failed");

    private final String word;

    Phase(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  RemoteOrder {
    args = Map.copyOf(args);
  }

  static RemoteOrder read(JsonObject data) {
    return new RemoteOrder(
        data.requiredText("id"), data.requiredText("command"), data.textMap("args"));
  }

  Optional<String> arg(String name) {
    return Optional.ofNullable(args.get(name)).filter(value -> !value.isBlank());
  }

  /**
   * @throws InvalidConfig when the server has not said it
   */
  String required(String name) {
    return arg(name).orElseThrow(() -> unusable("needs the argument '" + name + "'"));
  }

  InvalidConfig unusable(String why) {
    return new InvalidConfig(
        Problem.at(Position.ofSource("phonehome"), "command \"" + command + "\" " + why));
  }
}
