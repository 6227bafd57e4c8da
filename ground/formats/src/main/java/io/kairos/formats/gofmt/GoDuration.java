package io.kairos.formats.gofmt;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time as Go's {@code time.ParseDuration} reads it: {@code 1h2m3.5s}. */
public final class GoDuration {
  private static final Pattern PART = Pattern.compile("([0-9]*\\.?[0-9]+)(ns|us|µs|ms|s|m|h)");

  private GoDuration() {}

  /** Empty when the text is none. */
  public static Optional<Duration> parse(String text) {
    boolean negative = text.startsWith("-");
    String rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher part = PART.matcher(rest);
    double nanos = 0;
    int at = 0;
    while (at < rest.length() && part.find(at) && part.start() == at) {
      nanos += Double.parseDouble(part.group(1)) * nanosIn(part.group(2));
      at = part.end();
    }
    if (at == 0 || at < rest.length() || nanos >= Long.MAX_VALUE) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos((long) (negative ? -nanos : nanos)));
  }

  private static double nanosIn(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us", "µs" -> 1e3;
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      default -> 3600e9;
    };
  }
}
