package io.kairos.agent.health;

import io.kairos.agent.Stages;
import io.kairos.base.KairosException;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether a node that has booted is what its users want. First its services have started; then what
 * systemd's boot-complete.target requires (systemd.special(7)) is there; then every step of the
 * stage {@code health} succeeds. What fails is asked again until the time is over.
 */
final class HealthChecks {
  static final String STAGE = "health";
  private static final String BOOT_COMPLETE = "boot-complete.target";

  private final Host host;
  private final Stages stages;
  private final Pause pause;

  /**
   * @param pause between two tries
   */
  HealthChecks(Host host, Stages stages, Pause pause) {
    this.host = host;
    this.stages = stages;
    this.pause = pause;
  }

  /** Waits for another look. */
  @FunctionalInterface
  interface Pause {
    void await() throws InterruptedException;
  }

  /**
   * @param patience how long what fails may go on failing
   * @return why the node is not healthy
   */
  Optional<String> failure(Duration patience) {
    Clock clock = host.clock();
    Instant end = clock.instant().plus(patience);
    if (hasSystemd()) {
      Optional<String> unfinished = services(patience);
      if (unfinished.isPresent()) {
        return unfinished;
      }
    }
    while (true) {
      Optional<String> failure = bootComplete().or(this::stage);
      if (failure.isEmpty() || !clock.instant().isBefore(end)) {
        return failure;
      }
      try {
        pause.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return failure;
      }
    }
  }

  private boolean hasSystemd() {
    return Files.isDirectory(host.path("/run/systemd/system"));
  }

  /** Units that failed do not count: the stage and boot-complete.target say which ones matter. */
  private Optional<String> services(Duration patience) {
    List<String> wait = List.of("systemctl", "is-system-running", "--wait");
    Output output =
        host.run(
            Command.of("timeout", Long.toString(Math.max(1, patience.toSeconds())))
                .with(wait.toArray(String[]::new))
                .within(patience.plusMinutes(1))
                .expecting(0, 1, 124));
    if (output.exitCode() != 124) {
      return Optional.empty();
    }
    String jobs =
        host.run(Command.of("systemctl", "list-jobs", "--no-legend", "--plain")).stdout().strip();
    return Optional.of(
        "the services had not started within %s: %s"
            .formatted(spoken(patience), jobs.replaceAll("\\s*\\n\\s*", ", ")));
  }

  private Optional<String> bootComplete() {
    if (!hasSystemd()) {
      return Optional.empty();
    }
    Output output =
        host.run(
            Command.of("systemctl", "start", BOOT_COMPLETE)
                .within(Duration.ofMinutes(10))
                .expecting(0, 1, 5));
    return output.exitCode() == 1
        ? Optional.of(BOOT_COMPLETE + " is not reached: " + output.stderr().strip())
        : Optional.empty();
  }

  private Optional<String> stage() {
    try {
      stages.run(STAGE, host, List.of());
      return Optional.empty();
    } catch (KairosException e) {
      return Optional.of(e.getMessage().replaceAll("\\s*\\n\\s*", " "));
    }
  }

  private static String spoken(Duration time) {
    return time.toSeconds() % 60 == 0 ? time.toMinutes() + "m" : time.toSeconds() + "s";
  }
}
