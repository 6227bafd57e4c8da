package io.kairos.config;

import java.util.List;

/**
 * What a config says about how stages run.
 *
 * @param strict stage errors are fatal
 * @param debug more is logged
 * @param paths more directories and files with stages
 */
public record StageSettings(boolean strict, boolean debug, List<String> paths) {
  public StageSettings {
    paths = List.copyOf(paths);
  }

  static StageSettings read(Section top) {
    return new StageSettings(
        top.flag("strict", "stage errors are fatal").orElse(false),
        top.flag("debug", "log more").orElse(false),
        top.texts("cloud-init-paths", "more directories with stages").orElse(List.of()));
  }
}
