package io.kairos.peers.sigstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.CosignKey;
import io.kairos.images.Digest;
import io.kairos.images.ImageBuilder;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageReference;
import io.kairos.images.LayerCompression;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.PullRequest;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import io.kairos.images.RegistryLogins;
import io.kairos.plan.StepProgress;
import io.kairos.testkit.GoProgram;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What the libraries of cosign 3 sign and publish, we accept, with their key alone. */
@EnabledIfSystemProperty(
    named = "tests.long",
    matches = "true",
    disabledReason = "its peer takes minutes to build: ./kairos test --all")
class BundlesTest {
  private static final LinuxHost HOST = LinuxHost.here();
  private static final Platform PLATFORM = Platform.linux("amd64");

  @TempDir Path folder;

  private static Path program() {
    try {
      return new GoProgram("peers", "sigstore", ".", List.of())
          .built(HOST, Path.of("sigstore").toAbsolutePath());
    } catch (HostFailure e) {
      return abort(e.getMessage());
    }
  }

  private Path layout() throws IOException {
    Path layout = folder.resolve("layout");
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.writeString(root.resolve("file"), "content");
    try (var builder =
        ImageBuilder.to(layout, PLATFORM, Instant.EPOCH, LayerCompression.GZIP, HOST.kernel())) {
      builder.addTree(root, Set.of(), "test").name("test").commit();
    }
    return layout;
  }

  @Test
  void aBundleOfTheOriginalsIsASignature() throws IOException {
    Path program = program();
    assumeTrue(
        HOST.hasProgram(DebianRegistry.PROGRAM), DebianRegistry.PROGRAM + " is not installed");
    Path layout = layout();
    try (var server = DebianRegistry.start(Files.createDirectories(folder.resolve("server")))) {
      RegistryAccess access = RegistryAccess.with(RegistryLogins.none()).allowingInsecure(true);
      ImageReference image = ImageReference.parse(server.host() + "/os:1");
      Digest digest = new Registry(access).push(OciLayout.open(layout).image(), layout, image);
      Path ours = folder.resolve("ours.pub");
      Path theirs = folder.resolve("theirs.pub");

      sign(program, server.host() + "/os@" + digest, theirs);
      sign(program, server.host() + "/os@" + digest, ours);

      assertThat(pull(access, image, ours)).isEqualTo(digest);
      assertThat(pull(access, image, theirs)).isEqualTo(digest);
      Path nobodys = folder.resolve("nobodys.pub");
      sign(program, server.host() + "/other@" + other(access, server, layout), nobodys);
      assertThatThrownBy(() -> pull(access, image, nobodys))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("a bundle is of another key, or was changed");
    }
  }

  /** The same image in another repository. */
  private static Digest other(RegistryAccess access, DebianRegistry server, Path layout) {
    return new Registry(access)
        .push(
            OciLayout.open(layout).image(),
            layout,
            ImageReference.parse(server.host() + "/other:1"));
  }

  private static void sign(Path program, String image, Path key) {
    HOST.run(Command.of(program.toString(), image, key.toString()));
  }

  private Digest pull(RegistryAccess access, ImageReference image, Path key) {
    return new ImagePull(access)
        .pull(
            new PullRequest(image, PLATFORM, folder.resolve("store-" + key.getFileName()))
                .signedWith(CosignKey.read(key)),
            StepProgress.IGNORED)
        .named();
  }
}
