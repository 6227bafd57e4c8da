package io.kairos.host;

/**
 * What a command left behind.
 *
 * @param exitCode one of the expected ones
 * @param stdout standard output as UTF-8
 * @param stderr standard error as UTF-8
 */
public record Output(int exitCode, String stdout, String stderr) {
  public boolean succeeded() {
    return exitCode == 0;
  }

  /** Standard output without the line end that every tool adds. */
  public String text() {
    return stdout.strip();
  }
}
