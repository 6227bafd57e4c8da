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
import java.util.Optional;

/** Runs programs of a root. */
final class InRoot {
  private final Host machine;
  private final Optional<Path> script;
  private final Instant epoch;

  private InRoot(Host machine, Optional<Path> script, Instant epoch) {
    this.machine = machine;
    this.script = script;
    this.epoch = epoch;
  }

  /**
   * In namespaces of their own: their mounts and processes end with them, also when this program is
   * killed.
   *
   * @param work where the script that enters the root is written
   */
  static InRoot inNamespaces(Host machine, Path work, Instant epoch) {
    Path script = work.resolve("in-root.sh");
    try {
      Files.createDirectories(work);
      Files.write(script, Resources.bytes("scripts/in-root.sh"));
    } catch (IOException e) {
      throw new HostFailure("cannot write " + script, e);
    }
    return new InRoot(machine, Optional.of(script), epoch);
  }

  /**
   * As they are, because the root is this machine's: in the build of a container, which may neither
   * mount nor make device nodes. They get the environment of this process, where builders put
   * proxies.
   */
  static InRoot directly(Host machine, Instant epoch) {
    return new InRoot(machine, Optional.empty(), epoch);
  }

  Output run(Path root, StepProgress progress, Duration limit, String... argv) {
    var words = new ArrayList<String>();
    script.ifPresent(
        enter ->
            words.addAll(
                List.of(
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "sh",
                    enter.toString(),
                    root.toString())));
    words.addAll(List.of(argv));
    Command command =
        Command.of(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("HOME", "/root")
            .env("INITRD", "No") // no throw-away initrd (Debian kernel handbook, 4)
            .env("SOURCE_DATE_EPOCH", Long.toString(epoch.getEpochSecond()))
            .env("SYSTEMD_OFFLINE", "1")
            .env("TMPDIR", "/tmp")
            .within(limit)
            .eachLine(progress::detail);
    return machine.run(
        script.isPresent()
            ? command
            : command.inheritingEnvironment().env("DRACUT_NO_MKNOD", "1").env("LC_ALL", "C"));
  }
}
