package io.kairos.images;

import static io.kairos.images.TestImages.AMD64;
import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.plan.StepProgress;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Push and pull with a real registry, and what other programs make of our layers in it. */
class RegistryPeersTest {
  private static final LinuxHost HOST = LinuxHost.here();

  @TempDir Path folder;
  private DebianRegistry registry;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(
        LinuxHost.here().hasProgram(DebianRegistry.PROGRAM),
        DebianRegistry.PROGRAM + " is not installed");
    registry = DebianRegistry.start(folder);
  }

  private ImageReference image(String name) {
    return ImageReference.parse(registry.host() + "/" + name);
  }

  @AfterEach
  void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  private static RegistryAccess access() {
    return RegistryAccess.with(RegistryLogins.none());
  }

  private Path layout(String name, Path root, LayerCompression compression) {
    Path layout = folder.resolve(name);
    try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, compression, KERNEL)) {
      builder.addTree(root, Set.of(), "test").name("test").commit();
    }
    return layout;
  }

  private StoredImage push(Path layout, String name) {
    StoredImage image = OciLayout.open(layout).image();
    assertThat(new Registry(access()).push(image, layout, image(name))).isEqualTo(image.digest());
    return image;
  }

  /** Packages of ten files each, with all that a file system can hold. */
  private Path root(int packages, int changed) throws IOException {
    Path root = folder.resolve("root-" + packages + "-" + changed);
    for (int p = 0; p < packages; p++) {
      Path directory = Files.createDirectories(root.resolve("usr/lib/package-" + p));
      for (int f = 0; f < 10; f++) {
        byte[] content = new byte[20_000 + 1000 * f];
        new Random(p * 10L + f + (p == changed ? 100_000 : 0)).nextBytes(content);
        Path file = Files.write(directory.resolve("file-" + f), content);
        Files.setAttribute(file, "unix:mode", f == 3 ? 04755 : 0644);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_600_000_000_000L + p * 1000L));
      }
      Files.createSymbolicLink(directory.resolve("link"), Path.of("file-0"));
      Files.createLink(directory.resolve("same"), directory.resolve("file-1"));
    }
    if (FileFacts.of(Path.of("/proc/self")).uid() == 0) {
      Path owned = root.resolve("usr/lib/package-0/file-5");
      Files.setAttribute(owned, "unix:uid", 1234);
      KERNEL.setExtendedAttribute(owned, "user.x", new byte[] {1, (byte) 0x80, 0});
    }
    return root;
  }

  @Test
  void anUpgradeOfOnePackageFetchesATenthAndIsTheSameToTheByte() throws IOException {
    assumeTrue(FileFacts.of(Path.of("/proc/self")).uid() == 0, "needs root to keep owners");
    push(layout("new", root(40, 7), LayerCompression.ZSTD_CHUNKED), "kairos/debian:2");
    Path slot = root(40, -1);

    PulledImage whole =
        new ImagePull(access())
            .pull(
                new PullRequest(image("kairos/debian:2"), AMD64, folder.resolve("whole")),
                StepProgress.IGNORED);
    PulledImage parts =
        new ImagePull(access())
            .pull(
                new PullRequest(image("kairos/debian:2"), AMD64, folder.resolve("parts"))
                    .reusing(List.of(slot)),
                StepProgress.IGNORED);
    assertThat(parts.fetched().times(10)).isLessThan(whole.fetched());
    assertThat(packed(parts, "a")).isEqualTo(packed(whole, "b"));
  }

  /** Unpacked and packed again: owners, modes, times and attributes in octets. */
  private byte[] packed(PulledImage image, String name) {
    Path target = folder.resolve(name);
    new Unpacker(KERNEL, UnpackOptions.ROOT_FILE_SYSTEM).unpack(image.root(), target);
    var out = new ByteArrayOutputStream();
    new Packer(KERNEL, EPOCH).pack(target, Set.of(), out);
    return out.toByteArray();
  }

  @Test
  void whatIsPushedIsPulledAndItsTagsAreListed() throws IOException {
    Path layout = layout("gzip", root(3, -1), LayerCompression.GZIP);
    StoredImage image = push(layout, "kairos/debian:1");
    push(layout, "kairos/debian:2");
    push(layout, "kairos/debian:1");

    Path pulled = folder.resolve("pulled");
    new Registry(access()).pull(image("kairos/debian:1"), AMD64, pulled);
    assertThat(OciLayout.open(pulled).image().digest()).isEqualTo(image.digest());
    assertThat(new Registry(access()).tags(image("kairos/debian")))
        .containsExactlyInAnyOrder("1", "2");
    assertThat(new Registry(access()).digest(image("kairos/debian:2"))).isEqualTo(image.digest());
  }

  @Test
  void skopeoReadsOurLayersInParts() throws IOException {
    assumeTrue(HOST.hasProgram("skopeo"), "skopeo is not installed");
    StoredImage image =
        push(layout("new", root(5, -1), LayerCompression.ZSTD_CHUNKED), "kairos/debian:1");
    String source = "docker://" + image("kairos/debian:1");
    Path copy = folder.resolve("copy");
    HOST.run(
        Command.of(
            "skopeo",
            "--insecure-policy",
            "copy",
            "--src-tls-verify=false",
            "--dest-decompress",
            source,
            "dir:" + copy));

    // skopeo has decompressed the layer and compared its diff_id
    Path plain = copy.resolve(image.layers().getFirst().diffId().hex());
    assertThat(plain).exists();
    assertThat(Flattened.ofTar(plain).entries()).isEqualTo(Flattened.of(image).entries());
    String told =
        HOST.run(Command.of("skopeo", "inspect", "--tls-verify=false", "--raw", source)).stdout();
    assertThat(told).contains(ChunkedLayout.CHECKSUM, ChunkedLayout.SPLIT_POSITION);
  }
}
