package io.kairos.operator.process;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The API server's time, whatever the clock of this machine says: each of its answers carries it
 * (RFC 9110, 6.6.1), and in between this machine only counts on. So times in objects, whoever wrote
 * them, another replica or the API server, compare with now; and a clock that is set while we run
 * ends no deadline. Before the first answer it is the time of this machine. Safe for use by several
 * threads.
 */
final class ServerClock implements InstantSource, Interceptor {
  private static final Logger LOG = System.getLogger(ServerClock.class.getName());

  /** Whole seconds, and the way of the answer; within this the times count as the same. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private static final Duration WORTH_TELLING = Duration.ofSeconds(30);

  private final LongSupplier nanos;

  /** A time, and when it was that time here; replaced as one. */
  private volatile Anchor anchor;

  private record Anchor(Instant time, long nanos, boolean isOfServer) {}

  /**
   * @param here this machine's clock
   * @param nanos counts evenly, as {@link System#nanoTime}
   */
  ServerClock(InstantSource here, LongSupplier nanos) {
    this.nanos = nanos;
    this.anchor = new Anchor(here.instant(), nanos.getAsLong(), false);
  }

  @Override
  public Instant instant() {
    Anchor last = anchor;
    return last.time().plusNanos(nanos.getAsLong() - last.nanos());
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    response.headers("Date").stream().findFirst().ifPresent(this::heard);
  }

  /**
   * @param date as RFC 9110 writes it, in whole seconds
   */
  void heard(String date) {
    Instant told;
    try {
      told = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      LOG.log(Level.DEBUG, "the API server tells ''{0}'' as the date", date);
      return;
    }
    long now = nanos.getAsLong();
    Anchor last = anchor;
    Instant believed = last.time().plusNanos(now - last.nanos());
    Duration off = Duration.between(believed, told);
    if (off.abs().compareTo(TOLERANCE) <= 0) {
      return;
    }
    anchor = new Anchor(told, now, true);
    if (off.abs().compareTo(WORTH_TELLING) > 0) {
      LOG.log(
          Level.WARNING,
          "{0} was {1} s {2} the API server, whose time counts",
          last.isOfServer() ? "the time" : "the clock of this machine",
          off.abs().toSeconds(),
          off.isNegative() ? "ahead of" : "behind");
    }
  }
}
