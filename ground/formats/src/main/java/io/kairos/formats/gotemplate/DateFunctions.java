package io.kairos.formats.gotemplate;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.gofmt.GoDuration;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Set;

/** sprig's functions on dates. */
final class DateFunctions implements FunctionSet {

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
        Duration shift = GoDuration.parse(a.expect(2).text(0)).orElse(null);
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
          case String text -> GoDuration.parse(text).orElse(Duration.ZERO);
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
