package io.kairos.agent;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.nio.file.Files;

/**
 * The first console of the machine while an installer or a recovery has it: closing gives it back
 * to whoever wants to log in.
 */
public final class FirstConsole implements AutoCloseable {
  private static final String LOGIN = "getty@tty1.service";

  /** A machine without that console has no such unit. */
  private static final Integer[] FINE = {0, 1, 5};

  private final Host host;

  private FirstConsole(Host host) {
    this.host = host;
  }

  public static FirstConsole of(Host host) {
    return new FirstConsole(host);
  }

  /**
   * The stage that starts the installer has masked the login, so that it could not come between.
   */
  @Override
  public void close() {
    if (Files.isDirectory(host.path("/run/systemd/system"))) {
      host.run(Command.of("systemctl", "unmask", LOGIN).expecting(FINE));
      host.run(Command.of("systemctl", "--no-block", "start", LOGIN).expecting(FINE));
    } else if (Files.isDirectory(host.path("/run/openrc")) && host.hasProgram("chvt")) {
      host.run(Command.of("chvt", "2").expecting(FINE));
    }
  }
}
