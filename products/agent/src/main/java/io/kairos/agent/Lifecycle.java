package io.kairos.agent;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;

/** Restarts the machine or turns it off, and leaves a person the time to object. */
public final class Lifecycle {
  private final Host host;
  private final PrintStream out;
  private final Duration grace;

  public Lifecycle(Host host, PrintStream out) {
    this(host, out, Duration.ofSeconds(5));
  }

  Lifecycle(Host host, PrintStream out, Duration grace) {
    this.host = host;
    this.out = out;
    this.grace = grace;
  }

  public void reboot() {
    after("Rebooting", Command.of("reboot"));
  }

  public void powerOff() {
    boolean isOpenRc = !Files.isDirectory(host.path("/run/systemd/system"));
    after("Powering off", isOpenRc ? Command.of("poweroff") : Command.of("shutdown", "now"));
  }

  private void after(String what, Command command) {
    out.println(what + " node in " + grace.toSeconds() + "s, press Ctrl+C to cancel");
    try {
      Thread.sleep(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    host.run(command);
  }
}
