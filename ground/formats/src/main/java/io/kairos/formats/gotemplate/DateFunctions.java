package io.kairos.formats.gotemplate;

import io.kairos.base.InvalidConfig;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** sprig's functions on dates. */
final class DateFunctions implements FunctionSet {
  private static final Pattern DURATION_PART =
      Pattern.compile("([0-9]*\\.?[0-9]+)(ns|us|µs|ms|s|m|h)");

  @Override
  public Set<String> names() {
    return Set.of(
        "now",
        "ago",
        "date",
        "dateInZone",
        "date_in_zone",
        "htmlDate",
        "htmlDateInZone",
        "dateModify",
        "date_modify",
        "mustDateModify",
        "must_date_modify",
        "toDate",
        "mustToDate",
        "unixEpoch",
        "duration",
        "durationRound");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "now" -> now();
      case "ago" -> duration(Duration.between(time(a.expect(1).get(0)).moment(), now().moment()));
      case "date" -> time(a.expect(2).get(1)).format(a.text(0));
      case "dateInZone", "date_in_zone" -> inZone(a.expect(3).text(0), a.get(1), a.text(2));
      case "htmlDate" -> time(a.expect(1).get(0)).format("2006-01-02");
      case "htmlDateInZone" -> inZone("2006-01-02", a.expect(2).get(0), a.text(1));
      case "dateModify", "date_modify", "mustDateModify", "must_date_modify" -> {
        Duration shift = parsed(a.expect(2).text(0));
        GoTime time = time(a.get(1));
        if (shift == null) {
          if (name.startsWith("must")) {
            throw Failure.execute("error calling " + name + ": invalid duration " + a.text(0));
          }
          yield time;
        }
        yield new GoTime(time.moment().plus(shift));
      }
      case "toDate" -> {
        try {
          yield GoTime.parse(a.expect(2).text(0), a.text(1), ZoneId.systemDefault());
        } catch (InvalidConfig unreadable) {
          yield GoTime.parse("2006", "0001", ZoneOffset.UTC); // Go's zero time
        }
      }
      case "mustToDate" -> GoTime.parse(a.expect(2).text(0), a.text(1), ZoneId.systemDefault());
      case "unixEpoch" -> Long.toString(time(a.expect(1).get(0)).moment().toEpochSecond());
      case "duration" ->
          duration(Duration.ofSeconds(Math.clamp(a.expect(1).converted(0), -(1L << 33), 1L << 33)));
      case "durationRound" -> rounded(a.expect(1).get(0));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static GoTime now() {
    return new GoTime(ZonedDateTime.now(ZoneId.systemDefault()));
  }

  private static GoTime time(Object value) {
    return switch (value) {
      case GoTime time -> time;
      case Long seconds -> GoTime.ofSeconds(seconds, ZoneId.systemDefault());
      case null, default -> now();
    };
  }

  private static String inZone(String layout, Object value, String zone) {
    ZoneId id;
    try {
      id = ZoneId.of(zone.equals("Local") ? ZoneId.systemDefault().getId() : zone);
    } catch (DateTimeException unknown) {
      id = ZoneOffset.UTC;
    }
    return new GoTime(time(value).moment().withZoneSameInstant(id)).format(layout);
  }

  /** {@code 1h2m3s}; null when it is none. */
  private static Duration parsed(String text) {
    boolean negative = text.startsWith("-");
    String rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = DURATION_PART.matcher(rest);
    double nanos = 0;
    int at = 0;
    while (at < rest.length() && part.find(at) && part.start() == at) {
      double unit =
          switch (part.group(2)) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
          };
      nanos += Double.parseDouble(part.group(1)) * unit;
      at = part.end();
    }
    if (at == 0 || at < rest.length() || nanos >= Long.MAX_VALUE) {
      return null;
    }
    return Duration.ofNanos((long) (negative ? -nanos : nanos));
  }

  private static String duration(Duration duration) {
    long seconds = Math.abs(duration.toSeconds());
    if (seconds == 0) {
      return "0s";
    }
    String text = (seconds % 60) + "s";
    if (seconds >= 60) {
      text = (seconds / 60 % 60) + "m" + text;
    }
    if (seconds >= 3600) {
      text = (seconds / 3600) + "h" + text;
    }
    return (duration.isNegative() ? "-" : "") + text;
  }

  private static String rounded(Object value) {
    Duration duration =
        switch (value) {
          case String text -> parsed(text) == null ? Duration.ZERO : parsed(text);
          case Long nanos -> Duration.ofNanos(nanos);
          case GoTime time -> Duration.between(time.moment(), now().moment());
          case null, default -> Duration.ZERO;
        };
    long seconds = Math.abs(duration.toSeconds());
    long day = 86_400;
    if (seconds > 365 * day) {
      return seconds / (365 * day) + "y";
    } else if (seconds > 30 * day) {
      return seconds / (30 * day) + "mo";
    } else if (seconds > day) {
      return seconds / day + "d";
    } else if (seconds > 3600) {
      return seconds / 3600 + "h";
    } else if (seconds > 60) {
      return seconds / 60 + "m";
    }
    return seconds > 1 ? seconds + "s" : "0s";
  }
}
