package io.kairos.config;

import java.util.List;

/**
 * What {@code kairos-agent logs} collects besides the usual.
 *
 * @param journal units of systemd
 * @param files patterns of paths
 */
public record LogsConfig(List<String> journal, List<String> files) {
  public LogsConfig {
    journal = List.copyOf(journal);
    files = List.copyOf(files);
  }

  static LogsConfig read(Section logs) {
    return new LogsConfig(
        logs.texts("journal", "more units of systemd").orElse(List.of()),
        logs.texts("files", "more files, with wildcards").orElse(List.of()));
  }
}
