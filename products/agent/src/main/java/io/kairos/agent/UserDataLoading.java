package io.kairos.agent;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.storage.Awaited;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** An action that follows the user data of a cloud begins once they are here. */
public final class UserDataLoading {
  /** Exists while a data source is still asking a cloud for its user data. */
  private static final String MARK = "/run/.userdata_load";

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private UserDataLoading() {}

  /** Returns when nobody asks any more, or too long. */
  public static void await(Host machine, PrintStream out, PrintStream err) {
    Path loading = machine.path(MARK);
    if (!Files.exists(loading)) {
      return;
    }
    out.println("waiting for the user data of this machine");
    try {
      Awaited.in(loading.getParent(), DEADLINE)
          .until(() -> !Files.exists(loading), "the user data of this machine");
    } catch (HostFailure e) {
      err.println("WARNING: " + e.getMessage() + "; going on without");
    }
  }
}
