package io.kairos.operator.rollout;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.util.Optional;

/**
 * What somebody wants to follow.
 *
 * @param kind empty when any kind may have that name
 */
public record RolloutTarget(Optional<RolloutKind> kind, String name) {
  /**
   * Of {@code NAME} or {@code KIND/NAME}, as kubectl takes it.
   *
   * @throws InvalidConfig for a kind that cannot be followed
   */
  public static RolloutTarget parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return new RolloutTarget(Optional.empty(), text);
    }
    String kind = text.substring(0, slash);
    Optional<RolloutKind> known = RolloutKind.named(kind);
    if (known.isEmpty()) {
      throw new InvalidConfig(
          Problem.of("'" + kind + "' is nothing that can be followed")
              .withRemedy("write nodeop/NAME, nodeopupgrade/NAME or osartifact/NAME"));
    }
    return new RolloutTarget(known, text.substring(slash + 1));
  }
}
