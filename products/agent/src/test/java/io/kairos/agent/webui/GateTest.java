package io.kairos.agent.webui;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.agent.webui.Gate.Decision;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GateTest {
  private final AccessToken token = AccessToken.draw(new SecureRandom());
  private final Hands clock = new Hands();
  private final Gate gate = new Gate(token, clock);

  /** A clock that stands until somebody moves it. */
  private static final class Hands extends Clock {
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private Decision decide(String peer, String presented) {
    try {
      return gate.decide(InetAddress.getByName(peer), Optional.of(presented));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theTokenOpensAndNothingElseDoes() {
    assertThat(decide("10.0.0.1", token.shown())).isInstanceOf(Decision.Granted.class);
    assertThat(decide("10.0.0.1", "wrong")).isInstanceOf(Decision.Wrong.class);
    assertThat(decide("10.0.0.1", "")).isInstanceOf(Decision.Missing.class);
  }

  @Test
  void afterFiveWrongOnesEvenTheRightOneHasToWait() {
    for (int i = 0; i < Gate.TRIES; i++) {
      assertThat(decide("10.0.0.1", "wrong")).isInstanceOf(Decision.Wrong.class);
    }
    assertThat(decide("10.0.0.1", token.shown())).isEqualTo(new Decision.Wait(Gate.PAUSE));
    clock.now = clock.now.plus(Gate.PAUSE.minusSeconds(1));
    assertThat(decide("10.0.0.1", token.shown()))
        .isEqualTo(new Decision.Wait(Duration.ofSeconds(1)));
    clock.now = clock.now.plusSeconds(1);
    assertThat(decide("10.0.0.1", token.shown())).isInstanceOf(Decision.Granted.class);
  }

  @Test
  void whoHasTheTokenStartsFromNothing() {
    for (int i = 0; i < 3 * Gate.TRIES; i++) {
      if (i % (Gate.TRIES - 1) == 0) {
        assertThat(decide("10.0.0.1", token.shown())).isInstanceOf(Decision.Granted.class);
      }
      assertThat(decide("10.0.0.1", "wrong")).isInstanceOf(Decision.Wrong.class);
    }
  }

  @Test
  void anotherAddressDoesNotWaitButAnotherAddressOfTheSameNetworkDoes() {
    for (int i = 0; i < Gate.TRIES; i++) {
      decide("fd00::" + i, "wrong");
    }
    assertThat(decide("fd00::ffff", token.shown())).isInstanceOf(Decision.Wait.class);
    assertThat(decide("fd00:0:0:1::1", token.shown())).isInstanceOf(Decision.Granted.class);
  }

  @Test
  void askingWithoutATokenIsNoTry() {
    for (int i = 0; i < 3 * Gate.TRIES; i++) {
      decide("10.0.0.1", " ");
    }
    assertThat(decide("10.0.0.1", token.shown())).isInstanceOf(Decision.Granted.class);
  }
}
