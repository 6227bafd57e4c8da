package io.kairos.agent.webui;

import io.kairos.agent.frontend.InstallEvent;
import io.kairos.agent.frontend.InstallMilestone;
import io.kairos.agent.frontend.ManualInstall;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.host.Host;
import java.util.Optional;
import java.util.OptionalInt;

/** The one installation of this machine. Safe for concurrent use. */
final class Installation {
  /** What an installation "returns" that never ran, as shells have it. */
  static final int NOT_STARTED = 127;

  private final Host host;
  private final String program;
  private Optional<InstallLog> log = Optional.empty();

  /**
   * @param program {@code /usr/bin/kairos-agent}
   */
  Installation(Host host, String program) {
    this.host = host;
    this.program = program;
  }

  /** Empty while nobody has asked for an installation. */
  synchronized Optional<InstallLog> log() {
    return log;
  }

  /**
   * Starts it, unless one runs or has succeeded; one that failed may be tried again.
   *
   * @throws HostFailure when there is nothing to start
   */
  synchronized void start(ManualInstall wanted) {
    if (log.isPresent() && !hasFailed(log.get())) {
      return;
    }
    if (!host.hasProgram(program)) {
      throw new HostFailure("there is no program " + program + " on this machine");
    }
    var fresh = new InstallLog();
    log = Optional.of(fresh);
    Thread.ofPlatform().daemon().name("installation").start(() -> run(wanted, fresh));
  }

  private static boolean hasFailed(InstallLog log) {
    OptionalInt code = log.exitCode();
    return code.isPresent() && code.getAsInt() != 0;
  }

  private void run(ManualInstall wanted, InstallLog log) {
    int code = NOT_STARTED;
    try {
      code = wanted.run(host, program, event -> tell(event, log));
    } catch (KairosException e) {
      tell(new InstallEvent.Failed(e.getMessage()), log);
    } finally {
      log.end(code);
    }
  }

  private static void tell(InstallEvent event, InstallLog log) {
    switch (event) {
      case InstallEvent.Reached(var step) ->
          log.add(
              "[STEP %d/%d] %s: %s"
                  .formatted(step.number(), InstallMilestone.count(), step.word(), step.title()));
      case InstallEvent.Failed(var message) ->
          message
              .lines()
              .filter(line -> !line.isBlank())
              .forEach(line -> log.add("[ERROR] " + AnsiHtml.of(line.strip())));
      case InstallEvent.Line(var text) -> {
        String html = AnsiHtml.of(text.strip());
        if (!html.isBlank()) {
          log.add(html);
        }
      }
    }
  }
}
