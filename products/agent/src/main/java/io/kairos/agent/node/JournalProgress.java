package io.kairos.agent.node;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.plan.ConsoleProgress;
import io.kairos.plan.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Steps for the journal, beside the bars on a terminal: a service that draws on the screen tells a
 * serial console nothing, and leaves no trace of its times.
 */
public final class JournalProgress {
  /** Set by systemd when standard output or error is the journal (systemd.exec(5)). */
  static final String VARIABLE = "JOURNAL_STREAM";

  private JournalProgress() {}

  /**
   * @param err is the journal, which may copy its lines to the console
   * @return silent when there is no journal, or when its lines would fall between the bars
   */
  public static Progress of(Host host, Map<String, String> environment, PrintStream err) {
    return isBesideScreen(host, environment) && !output(host).endsWith(console(host))
        ? new ConsoleProgress(err, false, false, 0)
        : Progress.SILENT;
  }

  /** Whether standard error is a journal, and standard output a screen, of which nothing stays. */
  public static boolean isBesideScreen(Host host, Map<String, String> environment) {
    return !environment.getOrDefault(VARIABLE, "").isEmpty() && output(host).startsWith("/dev/");
  }

  /** {@code /dev/tty1}, or whatever else standard output is. */
  private static Path output(Host host) {
    try {
      return Files.readSymbolicLink(host.path("/proc/self/fd/1"));
    } catch (IOException e) {
      throw new HostFailure("cannot see where the output goes", e);
    }
  }

  /** The device behind {@code /dev/console}: the last one (kernel, sysfs-tty). */
  private static String console(Host host) {
    Path active = host.path("/sys/class/tty/console/active");
    try {
      String[] names = Files.exists(active) ? Files.readString(active).strip().split(" ") : null;
      return names == null ? "" : names[names.length - 1];
    } catch (IOException e) {
      throw new HostFailure("cannot read " + active, e);
    }
  }
}
