package io.kairos.operator.nodeop;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Five fields of crontab(5): minute, hour, day of month, month, day of week; with names, ranges,
 * steps and lists, or {@code @hourly}, {@code @daily}, {@code @weekly}, {@code @monthly}, {@code
 * @yearly}. If both days are restricted, either one is enough. A time that a clock change skips
 * counts as the first one after it.
 */
record CronSchedule(
    BitSet minutes,
    BitSet hours,
    BitSet daysOfMonth,
    BitSet months,
    BitSet daysOfWeek,
    boolean anyDayOfMonth,
    boolean anyDayOfWeek) {
  private static final Map<String, String> SHORTHANDS =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *",
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *");
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
  private static final int SUNDAY_TOO = 7;
  private static final int FARTHEST_DAYS = 366 * 8 + 2; // 29 February over a skipped leap year

  /**
   * @throws InvalidConfig saying which field is wrong
   */
  static CronSchedule parse(String text) {
    String expanded = SHORTHANDS.getOrDefault(text.strip().toLowerCase(Locale.ROOT), text).strip();
    String[] fields = expanded.split("\\s+");
    if (fields.length != 5) {
      throw invalid(text, "has " + fields.length + " fields instead of five");
    }
    BitSet week = field(text, "day of week", fields[4], 0, SUNDAY_TOO, DAYS, 0);
    if (week.get(SUNDAY_TOO)) {
      week.set(0);
    }
    return new CronSchedule(
        field(text, "minute", fields[0], 0, 59, List.of(), 0),
        field(text, "hour", fields[1], 0, 23, List.of(), 0),
        field(text, "day of month", fields[2], 1, 31, List.of(), 0),
        field(text, "month", fields[3], 1, 12, MONTHS, 1),
        week,
        fields[2].startsWith("*") || fields[2].equals("?"),
        fields[4].startsWith("*") || fields[4].equals("?"));
  }

  /** All times of that day, in order. */
  List<Instant> on(LocalDate day, ZoneId zone) {
    var times = new ArrayList<Instant>();
    if (months.get(day.getMonthValue()) && falls(day)) {
      hours.stream()
          .forEach(
              hour ->
                  minutes.stream()
                      .forEach(
                          minute ->
                              times.add(
                                  day.atTime(LocalTime.of(hour, minute))
                                      .atZone(zone)
                                      .toInstant())));
    }
    return times;
  }

  /** The first time after {@code now}; empty for a day that does not exist. */
  Optional<Instant> next(Instant now, ZoneId zone) {
    LocalDate today = now.atZone(zone).toLocalDate();
    for (int days = 0; days < FARTHEST_DAYS; days++) {
      Optional<Instant> first =
          on(today.plusDays(days), zone).stream().filter(time -> time.isAfter(now)).findFirst();
      if (first.isPresent()) {
        return first;
      }
    }
    return Optional.empty();
  }

  private boolean falls(LocalDate day) {
    boolean month = daysOfMonth.get(day.getDayOfMonth());
    int number = day.getDayOfWeek() == DayOfWeek.SUNDAY ? 0 : day.getDayOfWeek().getValue();
    boolean week = daysOfWeek.get(number);
    return (anyDayOfMonth || anyDayOfWeek) ? (month && week) : (month || week);
  }

  private static BitSet field(
      String text, String name, String field, int low, int high, List<String> names, int base) {
    var set = new BitSet();
    for (String part : field.split(",", -1)) {
      int slash = part.indexOf('/');
      String range = slash < 0 ? part : part.substring(0, slash);
      int step = slash < 0 ? 1 : number(text, name, part.substring(slash + 1), List.of(), 0);
      if (step < 1) {
        throw invalid(text, "has a step of " + step + " in its " + name);
      }
      int from;
      int to;
      int dash = range.indexOf('-');
      if (range.equals("*") || range.equals("?")) {
        from = low;
        to = names.equals(DAYS) ? high - 1 : high;
      } else if (dash > 0) {
        from = number(text, name, range.substring(0, dash), names, base);
        to = number(text, name, range.substring(dash + 1), names, base);
      } else {
        from = number(text, name, range, names, base);
        to = slash < 0 ? from : high;
      }
      if (from < low || to > high || from > to) {
        throw invalid(text, "has a " + name + " outside " + low + " to " + high);
      }
      for (int value = from; value <= to; value += step) {
        set.set(value);
      }
    }
    return set;
  }

  private static int number(String text, String name, String word, List<String> names, int base) {
    int known = names.indexOf(word.toLowerCase(Locale.ROOT));
    if (known >= 0) {
      return known + base;
    }
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw invalid(text, "has '" + word + "' as its " + name);
    }
  }

  private static InvalidConfig invalid(String text, String what) {
    return new InvalidConfig(
        Problem.of("schedule '" + text + "' " + what)
            .withRemedy("write minute, hour, day of month, month and day of week, as crontab has"));
  }
}
