package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs programs of a root in namespaces of their own: their mounts and processes end with them,
 * also when this program is killed.
 */
final class InRoot {
  private final Host machine;
  private final Path script;
  private final Instant epoch;

  /**
   * @param work where the script that enters the root is written
   */
  InRoot(Host machine, Path work, Instant epoch) {
    this.machine = machine;
    this.epoch = epoch;
    this.script = work.resolve("in-root.sh");
    try {
      Files.createDirectories(work);
      Files.write(script, Resources.bytes("scripts/in-root.sh"));
    } catch (IOException e) {
      throw new HostFailure("cannot write " + script, e);
    }
  }

  Output run(Path root, StepProgress progress, Duration limit, String... argv) {
    var words =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                script.toString(),
                root.toString()));
    words.addAll(List.of(argv));
    return machine.run(
        Command.of(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("HOME", "/root")
            .env("INITRD", "No") // no throw-away initrd (Debian kernel handbook, 4)
            .env("SOURCE_DATE_EPOCH", Long.toString(epoch.getEpochSecond()))
            .env("SYSTEMD_OFFLINE", "1")
            .env("TMPDIR", "/tmp")
            .within(limit)
            .eachLine(progress::detail));
  }
}
