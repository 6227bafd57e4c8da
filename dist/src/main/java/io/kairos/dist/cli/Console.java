package io.kairos.dist.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where results and progress go; logs go elsewhere.
 *
 * @param isTerminal whether a person sees both streams as they are written
 */
public record Console(PrintStream out, PrintStream err, boolean isTerminal) {
  /** The one of this process, in UTF-8 whatever the locale says. */
  @SuppressWarnings("SystemConsoleNull") // in JDK 25 it is null unless on a terminal
  public static Console ofProcess() {
    return new Console(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        System.console() != null);
  }
}
