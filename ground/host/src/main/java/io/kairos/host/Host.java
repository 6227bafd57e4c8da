package io.kairos.host;

import io.kairos.base.HostFailure;
import java.nio.file.Path;
import java.time.Clock;

/**
 * All that this program asks of the machine. Production opens {@code /} or a mounted image; a test
 * opens a folder.
 */
public interface Host {
  /**
   * The real path behind an absolute path of this host, below its root. Links on the way are
   * followed inside the root and never lead out of it; the last component is not followed, so that
   * a link itself can be read or replaced. Nothing needs to exist.
   *
   * @param absolute for example {@code /etc/os-release}
   */
  Path path(String absolute);

  /** As {@link #path} with the last component followed too, inside the root. */
  Path resolved(String absolute);

  /**
   * Runs a command to its end.
   *
   * @throws HostFailure unless its exit code is an expected one, or when its deadline passes
   */
  Output run(Command command);

  /** Whether a program of that name is on the search path of {@link #run}. */
  boolean hasProgram(String name);

  Kernel kernel();

  Clock clock();
}
