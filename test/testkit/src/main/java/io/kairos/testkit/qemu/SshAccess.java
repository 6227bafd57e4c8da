package io.kairos.testkit.qemu;

import io.kairos.host.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How to log in to a machine.
 *
 * @param user on the machine
 * @param key private key file
 */
public record SshAccess(String user, Path key) {
  private static final List<String> OPTIONS =
      List.of(
          "BatchMode=yes",
          "ConnectTimeout=15",
          "StrictHostKeyChecking=no",
          "UserKnownHostsFile=/dev/null",
          "IdentitiesOnly=yes",
          "LogLevel=ERROR");

  /** The command line that logs in, for people and for {@link #run}. */
  public Command login(int port) {
    var command = Command.of("ssh", "-p", Integer.toString(port), "-i", key.toString());
    for (String option : OPTIONS) {
      command = command.with("-o", option);
    }
    return command.with(user + "@127.0.0.1");
  }

  Command run(int port, String line, Duration deadline) {
    return login(port).with(line).within(deadline);
  }
}
