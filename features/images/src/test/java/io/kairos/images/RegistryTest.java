package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final Platform ARM64 = Platform.linux("arm64");

  /** Tests do not wait for the world to become better. */
  static final RetryPolicy AT_ONCE = new RetryPolicy(4, Duration.ZERO, Duration.ZERO);

  @TempDir Path folder;
  private Path amd64;
  private Path arm64;

  @BeforeEach
  void makeImages() throws IOException {
    amd64 = layout("amd64", TestImages.AMD64, "x86");
    arm64 = layout("arm64", ARM64, "arm");
  }

  private Path layout(String name, Platform platform, String content) throws IOException {
    Path layout = folder.resolve(name);
    try (var builder =
        ImageBuilder.to(
            layout, platform, TestImages.EPOCH, LayerCompression.GZIP, TestImages.KERNEL)) {
      Path tar = Files.createTempFile(folder, "layer", ".tar");
      Files.write(tar, TestImages.tar(TestImages.file("arch", content)));
      builder.addTar(tar, "test");
      builder.name("test").commit();
    }
    return layout;
  }

  private Registry anonymous() {
    return new Registry(
        RegistryAccess.with(new RegistryLogins(folder.resolve("absent"))).with(AT_ONCE));
  }

  private static String arch(Path layout) {
    return new String(
        Flattened.of(OciLayout.open(layout).image()).read("arch").orElseThrow(),
        StandardCharsets.UTF_8);
  }

  @Test
  void theImageOfThePlatformBecomesALayout() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", amd64, arm64)) {
      Path pulled = folder.resolve("pulled");
      anonymous().pull(registry.image("1"), ARM64, pulled);
      assertThat(arch(pulled)).isEqualTo("arm");
      Path other = folder.resolve("other");
      anonymous().pull(registry.image("1"), TestImages.AMD64, other);
      assertThat(arch(other)).isEqualTo("x86");
      assertThat(OciLayout.open(other).image().digest())
          .isEqualTo(OciLayout.open(amd64).image().digest());
    }
  }

  @Test
  void anImageMayBeNamedByItsDigest() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", amd64)) {
      Digest digest = OciLayout.open(amd64).image().digest();
      Path pulled = folder.resolve("pulled");
      anonymous()
          .pull(
              ImageReference.parse(registry.host() + "/test/image@" + digest),
              TestImages.AMD64,
              pulled);
      assertThat(arch(pulled)).isEqualTo("x86");
    }
  }

  @Test
  void theLoginOfDockersFileGetsATokenAndWithoutItNothing() throws IOException {
    try (var registry = new FakeRegistry(true).push("1", amd64)) {
      Path file =
          Files.writeString(
              folder.resolve("config.json"),
              "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}"
                  .formatted(registry.host(), FakeRegistry.USER.substring("Basic ".length())));
      Path pulled = folder.resolve("pulled");
      new Registry(new RegistryLogins(file)).pull(registry.image("1"), TestImages.AMD64, pulled);
      assertThat(arch(pulled)).isEqualTo("x86");
      assertThatThrownBy(
              () -> anonymous().pull(registry.image("1"), TestImages.AMD64, folder.resolve("no")))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("does not let us pull " + registry.image("1"));
    }
  }

  @Test
  void whatIsNotThereIsToldWithWhatIs() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", amd64, arm64)) {
      Path pulled = folder.resolve("pulled");
      assertThatThrownBy(() -> anonymous().pull(registry.image("2"), TestImages.AMD64, pulled))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("there is no image " + registry.image("2"));
      assertThatThrownBy(
              () -> anonymous().pull(registry.image("1"), Platform.linux("riscv64"), pulled))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("has no image for linux/riscv64")
          .hasMessageContaining("linux/amd64, linux/arm64");
    }
  }

  @Test
  void aLineThatBreaksIsTriedAgainAndADamagedBlobIsNot() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", amd64).cutting(2)) {
      Path pulled = folder.resolve("pulled");
      anonymous().pull(registry.image("1"), TestImages.AMD64, pulled);
      assertThat(arch(pulled)).isEqualTo("x86");

      registry.corrupt(OciLayout.open(amd64).image().layers().getFirst().descriptor().digest());
      assertThatThrownBy(
              () -> anonymous().pull(registry.image("1"), TestImages.AMD64, folder.resolve("bad")))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("is damaged");
      registry.cutting(99);
      assertThatThrownBy(
              () -> anonymous().pull(registry.image("1"), TestImages.AMD64, folder.resolve("cut")))
          .isInstanceOf(HostFailure.class)
          .hasMessageContaining("cannot pull");
    }
  }

  @Test
  void whatIsInTheLayoutAlreadyIsNotFetchedAgain() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", amd64)) {
      Path pulled = folder.resolve("pulled");
      anonymous().pull(registry.image("1"), TestImages.AMD64, pulled);
      long before = registry.blobRequests();
      anonymous().pull(registry.image("1"), TestImages.AMD64, pulled);
      assertThat(registry.blobRequests()).isEqualTo(before);
    }
  }

  @Test
  void anImageIsLookedAtWithoutFetchingIt() throws IOException {
    try (var registry = new FakeRegistry(false).push("1", amd64, arm64)) {
      Path store = folder.resolve("store");
      AdvertisedImage found =
          new ImagePull(RegistryAccess.with(RegistryLogins.none()))
              .look(new PullRequest(registry.image("1"), ARM64, store));
      StoredImage image = OciLayout.open(arm64).image();
      assertThat(found.named()).isEqualTo(registry.manifestDigest("1"));
      assertThat(found.digest()).isEqualTo(image.digest());
      assertThat(found.size().count()).isEqualTo(image.layers().getFirst().descriptor().size());
      assertThat(registry.blobRequests()).isZero();
      assertThat(store).doesNotExist();
    }
  }

  @Test
  void aManifestThatIsAnIndexAsWellIsRefused() throws IOException {
    try (var registry = new FakeRegistry(false)) {
      String text = "{\"schemaVersion\": 2, \"manifests\": [], \"config\": {}, \"layers\": []}";
      registry.manifest("1", text.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(
              () -> anonymous().pull(registry.image("1"), ARM64, folder.resolve("store")))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("is an index as well");
    }
  }

  @Test
  void platformsAreReadAsUsersWriteThem() {
    assertThat(Platform.parse("linux/aarch64")).isEqualTo(ARM64);
    assertThat(Platform.parse("linux/arm/v7"))
        .isEqualTo(new Platform("linux", "arm", Optional.of("v7")));
    for (String text : new String[] {"", "linux", "linux/", "a/b/c/d", "linux/a b"}) {
      assertThatThrownBy(() -> Platform.parse(text)).hasMessageContaining("is no platform");
    }
  }
}
