package io.kairos.stages;

/** Hears what stages do. Called from several threads. */
public interface StageLog {
  StageLog SILENT = (level, line) -> {};

  /** Weight of a line. */
  enum Level {
    DEBUG,
    INFO,
    WARNING
  }

  void log(Level level, String line);

  default void debug(String line) {
    log(Level.DEBUG, line);
  }

  default void info(String line) {
    log(Level.INFO, line);
  }

  default void warn(String line) {
    log(Level.WARNING, line);
  }
}
