package io.kairos.operator;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.util.Optional;
import java.util.Set;

/**
 * A container that does not start, in a way that may need somebody's help.
 *
 * @param reason one word in CamelCase, for example {@code ImagePullBackOff}
 * @param message may be empty
 */
public record WaitingContainer(String name, String reason, String message) {
  /** Every container waits for these for a while. */
  private static final Set<String> ORDINARY = Set.of("ContainerCreating", "PodInitializing", "");

  public static Optional<WaitingContainer> of(ContainerStatus status) {
    return Optional.ofNullable(status.getState())
        .map(state -> state.getWaiting())
        .map(
            waiting ->
                new WaitingContainer(
                    status.getName(), orEmpty(waiting.getReason()), orEmpty(waiting.getMessage())))
        .filter(waiting -> !ORDINARY.contains(waiting.reason()));
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
