package io.kairos.images;

import java.time.Duration;

/**
 * How long a registry may keep us waiting.
 *
 * @param connect until the connection stands
 * @param answer until the head of an answer is there
 * @param stall between two octets of an answer
 */
public record RegistryDeadlines(Duration connect, Duration answer, Duration stall) {
  public static final RegistryDeadlines USUAL =
      new RegistryDeadlines(Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(60));
}
