package io.kairos.operator.process;

import io.kairos.formats.json.Json;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Log lines on standard error: one JSON object each with {@code level}, {@code ts}, {@code logger},
 * {@code msg} and, for failures, {@code stacktrace}; the keys are those of zap, which upstream's
 * operator logs by.
 */
public final class JsonLog extends Handler {
  private final PrintStream to;
  private final boolean text;

  private JsonLog(PrintStream to, boolean text) {
    this.to = to;
    this.text = text;
  }

  /**
   * Sends everything that is logged in this process to {@code to}.
   *
   * @param level "debug", "info", "error", or zap's verbosity as a number
   */
  public static void install(PrintStream to, String level, boolean text) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.addHandler(new JsonLog(to, text));
    Level chosen = level(level);
    root.setLevel(Level.WARNING.intValue() > chosen.intValue() ? Level.INFO : chosen);
    Logger.getLogger("io.kairos").setLevel(chosen);
    Logger.getLogger("io.fabric8").setLevel(Level.WARNING);
  }

  private static Level level(String word) {
    return switch (word) {
      case "error", "panic", "fatal" -> Level.SEVERE;
      case "warn" -> Level.WARNING;
      case "info", "0", "" -> Level.INFO;
      default -> Level.FINE;
    };
  }

  @Override
  public void publish(LogRecord entry) {
    String line = text ? plain(entry) : json(entry);
    to.println(line);
  }

  private static String json(LogRecord entry) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("level", word(entry.getLevel()));
    fields.put("ts", time(entry));
    fields.put("logger", shortName(entry.getLoggerName()));
    fields.put("msg", message(entry));
    if (entry.getThrown() != null) {
      fields.put("error", String.valueOf(entry.getThrown().getMessage()));
      fields.put("stacktrace", stack(entry.getThrown()));
    }
    return Json.write(fields);
  }

  private static String plain(LogRecord entry) {
    String failure = entry.getThrown() == null ? "" : "\n" + stack(entry.getThrown());
    return time(entry)
        + " "
        + word(entry.getLevel())
        + " "
        + shortName(entry.getLoggerName())
        + ": "
        + message(entry)
        + failure;
  }

  private static String time(LogRecord entry) {
    return Instant.ofEpochMilli(entry.getMillis()).truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static String word(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "error";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "warn";
    }
    return level.intValue() >= Level.INFO.intValue() ? "info" : "debug";
  }

  private static String message(LogRecord entry) {
    Object[] parameters = entry.getParameters();
    String pattern = entry.getMessage();
    return parameters == null || parameters.length == 0
        ? String.valueOf(pattern)
        : MessageFormat.format(pattern, parameters);
  }

  private static String shortName(String logger) {
    return logger == null ? "" : logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static String stack(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  @Override
  public Formatter getFormatter() {
    throw new UnsupportedOperationException("lines are made here");
  }

  @Override
  public void flush() {
    to.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
