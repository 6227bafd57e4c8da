package io.kairos.plan;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Shows a plan at work to people: one line a step, with a moving bar on a terminal and plain lines
 * everywhere else. Details of tools are shown only when asked for.
 */
public final class ConsoleProgress implements Progress {
  private static final int BAR = 20;
  private static final String CLEAR_LINE = "\r\033[2K";

  private final PrintStream out;
  private final boolean terminal;
  private final boolean details;
  private final int width;
  private String place = "";
  private Optional<Step> current = Optional.empty();
  private int shownPercent = -1;

  /**
   * @param terminal whether {@code out} understands carriage return and erase-line
   * @param details whether the lines of tools are shown too
   * @param width columns of the terminal; longer lines are cut so that the bar stays on one line
   */
  public ConsoleProgress(PrintStream out, boolean terminal, boolean details, int width) {
    this.out = out;
    this.terminal = terminal;
    this.details = details;
    this.width = width;
  }

  /** Bars when this process talks to a person, plain lines otherwise. */
  @SuppressWarnings("SystemConsoleNull") // in JDK 25 it is null unless on a terminal
  public static ConsoleProgress on(PrintStream out) {
    boolean terminal = System.console() != null;
    return new ConsoleProgress(out, terminal, false, columns());
  }

  private static int columns() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : 80;
  }

  @Override
  public synchronized void on(Event event) {
    switch (event) {
      case Event.Started started -> start(started);
      case Event.Advanced(var step, long amount, long total) -> advance(step, amount, total);
      case Event.Detail(_, String line) -> {
        if (details) {
          line("        " + line);
        }
      }
      case Event.Finished(var step, Duration took) -> finish(step, took);
      case Event.Failed failed -> fail(failed);
      case Event.Released(var step, var failure) ->
          failure.ifPresent(
              cause -> line("warning: could not release '" + step.summary() + "': " + said(cause)));
      case Event.Ended(String plan, Duration took, boolean succeeded) ->
          line(plan + (succeeded ? ": done in " : ": stopped after ") + spoken(took));
    }
    out.flush();
  }

  private void start(Event.Started started) {
    int digits = Integer.toString(started.count()).length();
    place = String.format("[%" + digits + "d/%d] ", started.index() + 1, started.count());
    current = Optional.of(started.step());
    shownPercent = -1;
    String text = place + started.step().summary();
    if (terminal) {
      out.print(CLEAR_LINE + cut(text, width - 1));
    } else {
      out.println(text);
    }
  }

  private void advance(Step step, long amount, long total) {
    if (total <= 0 || current.filter(step::equals).isEmpty()) {
      return;
    }
    int percent = Math.clamp((long) (100.0 * amount / total), 0, 100);
    if (terminal && percent != shownPercent) {
      shownPercent = percent;
      int full = percent * BAR / 100;
      String bar =
          " " + "█".repeat(full) + "░".repeat(BAR - full) + String.format(" %3d%%", percent);
      out.print(CLEAR_LINE + cut(place + step.summary(), width - 1 - bar.length()) + bar);
    } else if (!terminal && percent / 25 > Math.max(shownPercent, 0) / 25) {
      shownPercent = percent;
      out.println("        " + percent / 25 * 25 + "%");
    }
  }

  private void finish(Step step, Duration took) {
    String time = took.compareTo(Duration.ofSeconds(1)) < 0 ? "" : "  " + spoken(took);
    if (terminal) {
      out.println(CLEAR_LINE + place + step.summary() + time);
    } else if (!time.isEmpty()) {
      out.println("        took" + time.substring(1));
    }
    current = Optional.empty();
  }

  private void fail(Event.Failed failed) {
    String word = failed.endsPlan() ? "failed" : failed.policy() == Policy.MAY ? "note" : "warning";
    line(
        word
            + ": "
            + failed.step().summary()
            + (failed.endsPlan() ? "" : ": " + said(failed.cause())));
    current = Optional.empty();
  }

  private void line(String text) {
    if (terminal) {
      out.print(CLEAR_LINE);
    }
    out.println(text);
  }

  private static String said(RuntimeException cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private static String cut(String text, int columns) {
    int room = Math.max(columns, 10);
    return text.length() <= room ? text : text.substring(0, room - 1) + "…";
  }

  /** {@code 0.4 s}, {@code 12.3 s}, {@code 2 min 5 s}. */
  static String spoken(Duration took) {
    return took.compareTo(Duration.ofMinutes(1)) < 0
        ? String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0)
        : took.toMinutes() + " min " + took.toSecondsPart() + " s";
  }
}
