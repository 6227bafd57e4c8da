package io.kairos.formats.gotemplate;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.Map;

/** A moment, written and read by example: {@code 2006-01-02 15:04:05} (Go's time package). */
record GoTime(ZonedDateTime moment) {
  /** Pieces of a layout; of two that fit, the longer one counts. */
  private static final Map<String, String> PIECES =
      Map.ofEntries(
          Map.entry("January", "MMMM"),
          Map.entry("Jan", "MMM"),
          Map.entry("Monday", "EEEE"),
          Map.entry("Mon", "EEE"),
          Map.entry("MST", "zzz"),
          Map.entry("2006", "uuuu"),
          Map.entry("06", "uu"),
          Map.entry("01", "MM"),
          Map.entry("1", "M"),
          Map.entry("002", "DDD"),
          Map.entry("02", "dd"),
          Map.entry("_2", "ppd"),
          Map.entry("2", "d"),
          Map.entry("15", "HH"),
          Map.entry("03", "hh"),
          Map.entry("3", "h"),
          Map.entry("04", "mm"),
          Map.entry("4", "m"),
          Map.entry("05", "ss"),
          Map.entry("5", "s"),
          Map.entry("PM", "a"),
          Map.entry("Z07:00", "XXX"),
          Map.entry("Z0700", "XX"),
          Map.entry("-07:00", "xxx"),
          Map.entry("-0700", "xx"),
          Map.entry("-07", "x"));

  static GoTime ofSeconds(long seconds, ZoneId zone) {
    return new GoTime(
        java.time.Instant.ofEpochSecond(Math.clamp(seconds, -(1L << 40), 1L << 40)).atZone(zone));
  }

  String format(String layout) {
    return formatter(layout).format(moment);
  }

  /** Without a zone the time is one of the given zone; what the layout does not tell is zero. */
  static GoTime parse(String layout, String text, ZoneId zone) {
    try {
      TemporalAccessor parsed = formatter(layout).parse(text);
      int year = get(parsed, ChronoField.YEAR, 0);
      var local =
          LocalDateTime.of(
              year,
              get(parsed, ChronoField.MONTH_OF_YEAR, 1),
              get(parsed, ChronoField.DAY_OF_MONTH, 1),
              get(parsed, ChronoField.HOUR_OF_DAY, 0),
              get(parsed, ChronoField.MINUTE_OF_HOUR, 0),
              get(parsed, ChronoField.SECOND_OF_MINUTE, 0),
              get(parsed, ChronoField.NANO_OF_SECOND, 0));
      ZoneId own = parsed.query(TemporalQueries.zone());
      return new GoTime(local.atZone(own == null ? zone : own));
    } catch (DateTimeException e) {
      throw Failure.execute("cannot parse \"" + text + "\" as \"" + layout + "\"");
    }
  }

  private static int get(TemporalAccessor parsed, ChronoField field, int standard) {
    return parsed.isSupported(field) ? parsed.get(field) : standard;
  }

  private static DateTimeFormatter formatter(String layout) {
    var builder = new DateTimeFormatterBuilder();
    int at = 0;
    while (at < layout.length()) {
      int length = piece(layout, at);
      if (length > 0) {
        String piece = layout.substring(at, at + length);
        switch (piece) {
          case "MST" -> builder.appendZoneText(TextStyle.SHORT);
          case "_2" -> builder.padNext(2).appendPattern("d");
          default -> builder.appendPattern(PIECES.get(piece));
        }
        at += length;
        continue;
      }
      int digits = fraction(layout, at);
      if (digits > 0) {
        boolean fixed = layout.charAt(at + 1) == '0';
        builder.appendFraction(ChronoField.NANO_OF_SECOND, fixed ? digits : 0, digits, true);
        at += digits + 1;
        continue;
      }
      builder.appendLiteral(layout.charAt(at));
      at++;
    }
    return builder.toFormatter(Locale.ENGLISH);
  }

  private static int piece(String layout, int at) {
    int longest = 0;
    for (String piece : PIECES.keySet()) {
      if (piece.length() > longest && layout.startsWith(piece, at)) {
        longest = piece.length();
      }
    }
    return longest;
  }

  /** {@code .000} or {@code .999}: how many digits. */
  private static int fraction(String layout, int at) {
    char mark = layout.charAt(at);
    if ((mark != '.' && mark != ',') || at + 1 >= layout.length()) {
      return 0;
    }
    char digit = layout.charAt(at + 1);
    int end = at + 1;
    while (end < layout.length() && layout.charAt(end) == digit && end - at <= 9) {
      end++;
    }
    return digit == '0' || digit == '9' ? end - at - 1 : 0;
  }

  /** As Go's {@code String()}. */
  @Override
  public String toString() {
    String zone = moment.getOffset().equals(ZoneOffset.UTC) ? "UTC" : "MST";
    return format("2006-01-02 15:04:05.999999999 -0700 ")
        + (zone.equals("UTC") ? zone : format(zone));
  }
}
