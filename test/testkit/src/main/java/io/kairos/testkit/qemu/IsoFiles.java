package io.kairos.testkit.qemu;

import io.kairos.host.Command;
import io.kairos.host.Host;
import java.nio.file.Path;

/** What is on an ISO, for kernels that cannot mount one. */
public final class IsoFiles {
  private IsoFiles() {}

  /**
   * @param file absolute path on the ISO
   * @param to does not exist yet
   * @return that
   */
  public static Path extract(Host host, Path iso, String file, Path to) {
    host.run(
        Command.of("xorriso", "-osirrox", "on", "-indev", iso.toString())
            .with("-extract", file, to.toString()));
    return to;
  }
}
