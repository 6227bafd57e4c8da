package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a registry does, a pull survives it, or says what it was and has changed nothing. */
class RegistryFaultsTest {
  /** What a line that breaks may lose of what was sent. */
  private static final long ON_ITS_WAY = 96 << 10;

  private static final String CONTENT = noise(300_000);

  @TempDir Path folder;
  private Path layout;
  private Path store;

  @BeforeEach
  void anImage() {
    layout = TestImages.Stack.of(TestImages.file("content", CONTENT)).layout(folder);
    store = folder.resolve("store");
  }

  /** Text that does not compress to nothing. */
  private static String noise(int size) {
    byte[] octets = new byte[size];
    new Random(7).nextBytes(octets);
    for (int i = 0; i < size; i++) {
      octets[i] = (byte) (' ' + (octets[i] & 63));
    }
    return new String(octets, StandardCharsets.US_ASCII);
  }

  private RegistryAccess access() {
    return RegistryAccess.with(RegistryLogins.none()).with(RegistryTest.AT_ONCE);
  }

  private PulledImage pull(RegistryAccess access, ImageReference reference) {
    return new ImagePull(access)
        .pull(new PullRequest(reference, TestImages.AMD64, store), StepProgress.IGNORED);
  }

  private static void assertWhole(PulledImage pulled) {
    assertThat(pulled.root().read("content").orElseThrow())
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo(CONTENT);
  }

  private long layerSize() {
    return OciLayout.open(layout).image().layers().getFirst().descriptor().size();
  }

  private Digest layerDigest() {
    return OciLayout.open(layout).image().layers().getFirst().descriptor().digest();
  }

  @Test
  void aLineThatBreaksAnywhereIsTakenUpWhereItBroke() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout)) {
      registry.cuttingAfter(100_000);
      for (int cut : new int[] {0, 1, 511, 4096, 30_000, 65_536, 70_000}) {
        registry.cuttingAfter(cut);
      }
      RegistryAccess patient = access().with(new RetryPolicy(9, Duration.ZERO, Duration.ZERO));
      PulledImage pulled = pull(patient, registry.image("1"));
      assertWhole(pulled);
      // what was on its way when the line broke comes twice, and no more
      assertThat(registry.sent()).isBetween(layerSize(), layerSize() + layerSize() / 5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 9_999, 100_000, 200_000})
  void anotherRunGoesOnWhereTheLastOneEnded(int cut) throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout)) {
      RegistryAccess impatient = access().with(new RetryPolicy(1, Duration.ZERO, Duration.ZERO));
      registry.cuttingAfter(100_000, cut);
      Throwable failure = catchThrowable(() -> pull(impatient, registry.image("1")));
      assertThat(failure)
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("cannot pull " + registry.image("1"));
      long kept = kept(failure.getMessage());
      assertThat(kept).isBetween(cut - ON_ITS_WAY, (long) cut);
      long before = registry.sent();
      assertWhole(pull(impatient, registry.image("1")));
      assertThat(registry.sent() - before).isEqualTo(layerSize() - kept);
    }
  }

  private long kept(String message) {
    Matcher said = Pattern.compile("after (\\d+) of " + layerSize() + " bytes").matcher(message);
    assertThat(said.find()).as(message).isTrue();
    return Long.parseLong(said.group(1));
  }

  @Test
  void aRegistryWithoutRangesSendsAllAgain() throws IOException {
    try (var registry =
        new FakeRegistry(false).push("1", layout).giving(FakeRegistry.Ranges.NONE)) {
      registry.cuttingAfter(100_000, 50_000);
      assertWhole(pull(access(), registry.image("1")));
    }
  }

  @Test
  void whatAPowerCutLeftDamagedIsFetchedAgain() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout)) {
      ImageStore left = new ImageStore(store);
      Path blob = Files.write(left.blob(layerDigest()), new byte[(int) layerSize()]);
      assertWhole(pull(access(), registry.image("1")));
      assertThat(Files.size(blob)).isEqualTo(layerSize());

      Files.delete(blob);
      Files.write(left.partial(layerDigest()), new byte[5000]);
      assertWhole(pull(access(), registry.image("1")));
    }
  }

  @Test
  void aWrongDigestIsRefusedAndNothingOfItIsKept() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout).corrupt(layerDigest())) {
      assertThatThrownBy(() -> pull(access(), registry.image("1")))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("what the registry sent for " + layerDigest() + " is damaged");
      ImageStore kept = new ImageStore(store);
      assertThat(kept.blob(layerDigest())).doesNotExist();
      assertThat(kept.partial(layerDigest())).doesNotExist();
    }
  }

  @Test
  void aTokenThatExpiresInTheMiddleIsRenewed() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout).expiringTokensAfter(1)) {
      registry.cuttingAfter(100_000, 50_000, 50_000);
      assertWhole(pull(access(), registry.image("1")));
      assertThat(registry.requests().stream().filter("/token"::equals).count()).isGreaterThan(4);
    }
  }

  @Test
  void tooManyRequestsAndServersOutOfOrderAreWaitedFor() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout)) {
      registry
          .refusing(1, 429, Map.of("Retry-After", "3600"))
          .refusing(1, 500, Map.of())
          .refusing(1, 503, Map.of("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"));
      assertWhole(pull(access(), registry.image("1")));
    }
  }

  @Test
  void aServerThatStaysOutOfOrderIsNamedWithItsAnswer() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout)) {
      registry.refusing(99, 503, Map.of());
      assertThatThrownBy(() -> pull(access(), registry.image("1")))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("cannot pull " + registry.image("1") + " after 4 attempts")
          .hasMessageContaining("answered 503");
    }
  }

  @Test
  void aLineThatStandsStillIsLeft() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout).stalling(2)) {
      RegistryAccess strict =
          access()
              .with(
                  new RegistryDeadlines(
                      Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMillis(300)));
      assertWhole(pull(strict, registry.image("1")));
    }
  }

  @Test
  void aServerThatNeverAnswersIsLeft() throws IOException {
    try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      RegistryAccess strict =
          access()
              .with(new RetryPolicy(2, Duration.ZERO, Duration.ZERO))
              .with(
                  new RegistryDeadlines(
                      Duration.ofSeconds(20), Duration.ofMillis(300), Duration.ofSeconds(20)));
      var reference = ImageReference.parse("127.0.0.1:" + silent.getLocalPort() + "/a/b:1");
      assertThatThrownBy(() -> pull(strict, reference))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("no answer within");
    }
  }

  @Test
  void redirectsInACircleAreRefused() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout).runningInCircles()) {
      assertThatThrownBy(() -> pull(access(), registry.image("1")))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining(registry.host() + " redirects in a circle");
    }
  }

  @Test
  void aMirrorIsAskedFirstAndOneThatIsDownIsPassedOver() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout);
        var mirror = new FakeRegistry(false).push("1", layout)) {
      int nobody;
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        nobody = socket.getLocalPort();
      }
      RegistrySettings settings =
          RegistrySettings.parse(
              """
              mirrors:
                "%s":
                  endpoint: ["http://127.0.0.1:%d", "http://%s"]
              """
                  .formatted(registry.host(), nobody, mirror.host()),
              "registries.yaml");
      assertWhole(pull(access().with(settings), registry.image("1")));
      assertThat(registry.requests()).isEmpty();
      assertThat(mirror.blobRequests()).isPositive();
    }
  }

  @Test
  void whatAMirrorHasNotOrHasWrongComesFromTheRegistry() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout);
        var mirror = new FakeRegistry(false);
        var liar = new FakeRegistry(false).push("1", layout).corrupt(layerDigest())) {
      RegistrySettings settings =
          RegistrySettings.parse(
              """
              mirrors:
                "*": {endpoint: ["http://%s", "http://%s"]}
              """
                  .formatted(mirror.host(), liar.host()),
              "registries.yaml");
      assertWhole(pull(access().with(settings), registry.image("1")));
      assertThat(registry.blobRequests()).isPositive();
      assertThat(liar.blobRequests()).isPositive();
    }
  }

  @Test
  void allThatWasTriedIsToldWhenNothingWorks() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout);
        var mirror = new FakeRegistry(false).push("1", layout)) {
      registry.refusing(99, 502, Map.of());
      mirror.refusing(99, 500, Map.of());
      RegistrySettings settings =
          RegistrySettings.parse(
              "mirrors: {\"*\": {endpoint: [\"http://" + mirror.host() + "\"]}}",
              "registries.yaml");
      assertThatThrownBy(() -> pull(access().with(settings), registry.image("1")))
          .hasMessageContaining(mirror.host() + " answered 500")
          .hasMessageContaining(registry.host() + " answered 502");
    }
  }

  @Test
  void aPullIsEndedByInterruptingItsThread() throws Exception {
    try (var registry = new FakeRegistry(false).push("1", layout).stalling(9)) {
      var failure = new CompletableFuture<Throwable>();
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      pull(access(), registry.image("1"));
                      failure.complete(new AssertionError("it ended well"));
                    } catch (HostFailure e) {
                      failure.complete(e);
                    }
                  });
      while (registry.sent() == 0) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      assertThat(failure.get()).isInstanceOf(HostFailure.class).hasMessageContaining("interrupted");
    }
  }

  @Test
  void aBasicLoginOpensARegistryAndIsNeverShown() throws IOException {
    try (var registry = new FakeRegistry(true).push("1", layout).withBasicLogin()) {
      Path file =
          Files.writeString(
              folder.resolve("config.json"),
              "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}"
                  .formatted(registry.host(), FakeRegistry.USER.substring("Basic ".length())));
      var logins = new RegistryLogins(file);
      assertWhole(
          pull(RegistryAccess.with(logins).with(RegistryTest.AT_ONCE), registry.image("1")));
      assertThat(logins.find(registry.host(), "test/image").orElseThrow().toString())
          .doesNotContain("geheim")
          .doesNotContain(FakeRegistry.USER.substring(6));
    }
  }

  @Test
  void aPlaceWithoutRoomIsRefusedBeforeAnythingIsFetched() throws IOException {
    ImageStore full = new ImageStore(store);
    assertThatThrownBy(() -> full.requireRoom(Long.MAX_VALUE / 2))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("make room");
  }

  @Test
  void aStoreWhoseSignedAddressHasExpiredIsAskedAtANewOne() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", layout).refusingAtItsStore(2)) {
      assertWhole(pull(access(), registry.image("1")));
      registry.refusingAtItsStore(99);
      store = folder.resolve("other");
      assertThatThrownBy(() -> pull(access(), registry.image("1")))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("where " + registry.host() + " sends us, answered 403");
    }
  }
}
