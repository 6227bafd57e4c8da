package io.kairos.operator.nodeop;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.operator.nodeop.NodeOpSpec.MaintenanceWindow;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When nodes may be started; without any window, always. */
record MaintenanceWindows(List<Window> all) {
  /** Opens at each time of the schedule for that long. */
  record Window(CronSchedule schedule, Duration length, ZoneId zone) {
    boolean isOpen(Instant now) {
      LocalDate last = now.atZone(zone).toLocalDate();
      LocalDate day = now.minus(length).atZone(zone).toLocalDate();
      for (; !day.isAfter(last); day = day.plusDays(1)) {
        boolean open =
            schedule.on(day, zone).stream()
                .anyMatch(start -> !start.isAfter(now) && start.plus(length).isAfter(now));
        if (open) {
          return true;
        }
      }
      return false;
    }
  }

  private static final Pattern DURATION =
      Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");
  private static final Duration LONGEST = Duration.ofDays(31);

  /**
   * @throws InvalidConfig naming the window that makes no sense
   */
  static MaintenanceWindows of(List<MaintenanceWindow> windows) {
    return new MaintenanceWindows(
        windows == null ? List.of() : windows.stream().map(MaintenanceWindows::window).toList());
  }

  boolean isOpen(Instant now) {
    return all.isEmpty() || all.stream().anyMatch(window -> window.isOpen(now));
  }

  /** When the next one opens. */
  Optional<Instant> nextOpening(Instant now) {
    return all.stream()
        .map(window -> window.schedule().next(now, window.zone()))
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }

  private static Window window(MaintenanceWindow window) {
    if (window.schedule() == null) {
      throw new InvalidConfig(
          Problem.of("a maintenance window has no schedule")
              .withRemedy("write spec.maintenanceWindows[].schedule, for example '0 2 * * 6'"));
    }
    return new Window(
        CronSchedule.parse(window.schedule()), duration(window.duration()), zone(window));
  }

  private static ZoneId zone(MaintenanceWindow window) {
    if (window.timeZone() == null || window.timeZone().isEmpty()) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(window.timeZone());
    } catch (DateTimeException e) {
      throw new InvalidConfig(
          Problem.of("'" + window.timeZone() + "' is no time zone")
              .withRemedy("write a name of the tz database, for example Europe/Berlin"));
    }
  }

  /** Go's spelling, as Kubernetes has it in objects, and days. */
  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text == null ? "" : text);
    if (!matcher.matches()) {
      throw badDuration(text);
    }
    Duration length =
        Duration.ofDays(number(matcher, 1))
            .plusHours(number(matcher, 2))
            .plusMinutes(number(matcher, 3))
            .plusSeconds(number(matcher, 4));
    if (length.isZero() || length.compareTo(LONGEST) > 0) {
      throw badDuration(text);
    }
    return length;
  }

  private static InvalidConfig badDuration(String text) {
    return new InvalidConfig(
        Problem.of("'" + text + "' is no duration of a maintenance window")
            .withRemedy("write for example 4h or 1h30m, at most 31d"));
  }

  private static long number(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
  }
}
