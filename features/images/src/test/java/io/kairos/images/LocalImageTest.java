package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All that {@code ocifile:} may name. */
class LocalImageTest {
  private static final LinuxHost HOST = LinuxHost.here();

  @TempDir Path folder;
  private Path layout;
  private Path store;

  @BeforeEach
  void anImageOfTwoLayers() {
    layout =
        TestImages.Stack.of(TestImages.file("etc/a", "a"), TestImages.file("etc/b", "b"))
            .layer(TestImages.whiteout("etc/.wh.b"), TestImages.file("c", "c"))
            .layout(folder);
    store = folder.resolve("store");
  }

  private LocalImage open(Path source) {
    return LocalImage.open(source, TestImages.AMD64, store);
  }

  private void assertSame(LocalImage image) {
    assertThat(image.root().entries())
        .isEqualTo(Flattened.of(OciLayout.open(layout).image()).entries());
    assertThat(image.root().read("etc/a")).contains("a".getBytes(StandardCharsets.UTF_8));
  }

  private Path tar(String name, Path directory, String... options) {
    Path tar = folder.resolve(name);
    HOST.run(
        Command.of("tar")
            .with(options)
            .with("-cf", tar.toString(), "-C", directory.toString(), "."));
    return tar;
  }

  @Test
  void aLayoutAndTheArchiveOfOneAreTheSameImage() {
    assertSame(open(layout));
    assertSame(open(tar("plain.tar", layout)));
    store = folder.resolve("other");
    LocalImage compressed = open(tar("image.tar.gz", layout, "-z"));
    assertSame(compressed);
    assertThat(compressed.image().orElseThrow().digest())
        .isEqualTo(OciLayout.open(layout).image().digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker-archive", "oci-archive"})
  void whatSkopeoSavesIsRead(String format) {
    assumeTrue(HOST.hasProgram("skopeo"), "skopeo is not installed");
    Path archive = folder.resolve("image.tar");
    HOST.run(
        Command.of(
            "skopeo",
            "--insecure-policy",
            "copy",
            "oci:" + layout + ":test",
            format + ":" + archive + ":kairos/test:1"));
    assertSame(open(archive));
  }

  @Test
  void layersThatOldVersionsOfDockerLinkAreFollowed() throws IOException {
    byte[] layer = TestImages.tar(TestImages.file("x", "x"));
    Path saved = saved(layer, Digest.sha256(layer), "amd64", true);
    LocalImage image = open(saved);
    assertThat(image.root().read("x")).contains("x".getBytes(StandardCharsets.UTF_8));
    assertThat(image.image().orElseThrow().layers()).hasSize(2);
  }

  @Test
  void anArchiveThatIsDamagedIncompleteOrForOthersIsRefused() throws IOException {
    byte[] layer = TestImages.tar(TestImages.file("x", "x"));
    Path wrong = saved(layer, Digest.sha256(new byte[1]), "amd64", true);
    assertThatThrownBy(() -> open(wrong))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("does not unpack to the diff_id");
    Path arm = saved(layer, Digest.sha256(layer), "arm64", true);
    assertThatThrownBy(() -> open(arm)).hasMessageContaining("is for linux/arm64, not linux/amd64");
    Path incomplete = saved(layer, Digest.sha256(layer), "amd64", false);
    assertThatThrownBy(() -> open(incomplete))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("names two/layer.tar, but does not hold it");
    assertThatThrownBy(() -> open(folder.resolve("absent")))
        .hasMessageContaining("there is no image");
  }

  /** As docker wrote it until version 24: a folder for each layer. */
  private Path saved(byte[] layer, Digest diffId, String architecture, boolean isWhole)
      throws IOException {
    Path root = Files.createTempDirectory(folder, "saved");
    Files.createDirectories(root.resolve("one"));
    Files.createDirectories(root.resolve("two"));
    Files.write(root.resolve("one/layer.tar"), layer);
    if (isWhole) {
      Files.createSymbolicLink(root.resolve("two/layer.tar"), Path.of("../one/layer.tar"));
    }
    Files.writeString(
        root.resolve("config.json"),
        """
        {"os": "linux", "architecture": "%s",
         "rootfs": {"type": "layers", "diff_ids": ["%s", "%s"]}}
        """
            .formatted(architecture, diffId, diffId));
    Files.writeString(
        root.resolve("manifest.json"),
        """
        [{"Config": "config.json", "RepoTags": null, "Layers": ["one/layer.tar", "two/layer.tar"]}]
        """);
    return tar("saved-" + root.getFileName() + ".tar", root);
  }

  @Test
  void aPlainArchiveIsARootFileSystem() throws IOException {
    Path tar =
        Files.write(
            folder.resolve("root.tar"), TestImages.tar(TestImages.file("etc/os-release", "ID=x")));
    LocalImage image = open(tar);
    assertThat(image.image()).isEmpty();
    assertThat(TestImages.paths(image.root())).containsExactly("etc", "etc/os-release");
    assertThatThrownBy(() -> open(Files.writeString(folder.resolve("text"), "no archive at all")))
        .isInstanceOf(Refused.class);
  }

  @Test
  void namesThatLeadOutOfTheStoreAreNotUnpacked() throws IOException {
    List<TestImages.Member> members = new ArrayList<>();
    members.add(TestImages.file("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}"));
    members.add(TestImages.file("index.json", "{\"manifests\": []}"));
    members.add(TestImages.file("blobs/sha256/../../../escaped", "x"));
    members.add(TestImages.symlink("blobs/sha256", "/tmp"));
    Path tar =
        Files.write(
            folder.resolve("evil.tar"), TestImages.tar(members.toArray(TestImages.Member[]::new)));
    assertThatThrownBy(() -> open(tar)).isInstanceOf(Refused.class);
    assertThat(folder.resolve("escaped")).doesNotExist();
    assertThat(store.resolve("blobs/sha256")).isDirectory();
  }
}
