package io.kairos.agent;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;

/** Restarts the machine or turns it off, and leaves a person the time to object. */
public final class Lifecycle {
  private static final System.Logger LOG = System.getLogger(Lifecycle.class.getName());

  private final Host host;
  private final PrintStream out;
  private final Duration grace;

  public Lifecycle(Host host, PrintStream out) {
    this(host, out, Duration.ofSeconds(5));
  }

  /**
   * @param grace how long a person may object
   */
  public Lifecycle(Host host, PrintStream out, Duration grace) {
    this.host = host;
    this.out = out;
    this.grace = grace;
  }

  /** What follows a new system: one of both, or a word about what is left to do. */
  public void afterwards(boolean reboots, boolean powersOff) {
    if (reboots) {
      reboot();
    } else if (powersOff) {
      powerOff();
    } else {
      out.println("Reboot to start it");
    }
  }

  public void reboot() {
    after("Rebooting", this::restart);
  }

  /** logind now and then denies it on a machine that is busy; then systemd is asked itself. */
  private void restart() {
    try {
      host.run(Command.of("reboot"));
    } catch (HostFailure denied) {
      if (isOpenRc()) {
        throw denied;
      }
      LOG.log(System.Logger.Level.INFO, "{0}; asking systemd", denied.getMessage());
      host.run(
          Command.of("systemctl", "--no-block", "--job-mode=replace-irreversibly")
              .with("start", "reboot.target"));
    }
  }

  public void powerOff() {
    after(
        "Powering off",
        () -> host.run(isOpenRc() ? Command.of("poweroff") : Command.of("shutdown", "now")));
  }

  private boolean isOpenRc() {
    return !Files.isDirectory(host.path("/run/systemd/system"));
  }

  private void after(String what, Runnable action) {
    out.println(what + " node in " + grace.toSeconds() + "s, press Ctrl+C to cancel");
    try {
      Thread.sleep(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    action.run();
  }
}
