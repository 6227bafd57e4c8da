package io.kairos.agent;

import io.kairos.config.Config;
import io.kairos.host.Host;
import io.kairos.stages.StageLog;
import java.io.PrintStream;
import java.util.Arrays;

/**
 * What the agent tells of its work, one line each.
 *
 * @param err where to
 * @param least weight of what is told
 */
public record AgentLog(PrintStream err, Level least) implements StageLog {
  /** On the kernel command line: everything is told, also in the initramfs. */
  private static final String DEBUG_WORD = "rd.kairos.debug";

  /**
   * As a node wants it: with {@code debug: true} or {@code rd.kairos.debug} everything is told.
   *
   * @param usually told on other nodes
   */
  public static AgentLog of(PrintStream err, Level usually, Host host, Config config) {
    boolean everything = config.stages().debug() || isDebugged(NodeStages.commandLine(host));
    return new AgentLog(err, everything ? Level.DEBUG : usually);
  }

  private static boolean isDebugged(String commandLine) {
    return Arrays.stream(commandLine.split("\\s+"))
        .anyMatch(word -> word.equals(DEBUG_WORD) || word.startsWith(DEBUG_WORD + "="));
  }

  @Override
  public void log(Level level, String line) {
    if (level.compareTo(least) >= 0) {
      err.println(line);
    }
  }
}
