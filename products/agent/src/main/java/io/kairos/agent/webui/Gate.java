package io.kairos.agent.webui;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Lets in who has the token. After {@link #TRIES} wrong ones an address waits {@link #PAUSE}, even
 * with the right one. Safe for concurrent use.
 */
final class Gate {
  static final int TRIES = 5;
  static final Duration PAUSE = Duration.ofSeconds(30);

  /** Whoever has more addresses than that still faces 59 bits. */
  private static final int REMEMBERED = 1024;

  /** What the gate says. */
  sealed interface Decision {
    record Granted() implements Decision {}

    record Missing() implements Decision {}

    record Wrong() implements Decision {}

    record Wait(Duration left) implements Decision {}
  }

  private record Failures(int count, Instant last) {}

  private final AccessToken token;
  private final Clock clock;

  /** The oldest is forgotten first. */
  private final SequencedMap<String, Failures> failures = new LinkedHashMap<>();

  Gate(AccessToken token, Clock clock) {
    this.token = token;
    this.clock = clock;
  }

  synchronized Decision decide(InetAddress peer, Optional<String> presented) {
    if (presented.filter(text -> !text.isBlank()).isEmpty()) {
      return new Decision.Missing();
    }
    String visitor = network(peer);
    Failures before = failures.getOrDefault(visitor, new Failures(0, Instant.MIN));
    Instant now = clock.instant();
    if (before.count() >= TRIES) {
      Duration left = Duration.between(now, before.last().plus(PAUSE));
      if (left.isPositive()) {
        return new Decision.Wait(left);
      }
      before = new Failures(0, Instant.MIN);
    }
    failures.remove(visitor);
    if (token.matches(presented.get())) {
      return new Decision.Granted();
    }
    failures.put(visitor, new Failures(before.count() + 1, now));
    if (failures.size() > REMEMBERED) {
      failures.pollFirstEntry();
    }
    return new Decision.Wrong();
  }

  /** One machine has a whole /64 of IPv6. */
  private static String network(InetAddress peer) {
    byte[] address = peer.getAddress();
    return HexFormat.of()
        .formatHex(peer instanceof Inet6Address ? Arrays.copyOf(address, 8) : address);
  }
}
