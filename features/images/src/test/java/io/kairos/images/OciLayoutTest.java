package io.kairos.images;

import static io.kairos.images.TestImages.AMD64;
import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static io.kairos.images.TestImages.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.images.TestImages.Stack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciLayoutTest {
  @TempDir Path folder;
  private Path layout;

  @BeforeEach
  void anImageOfOneLayer() {
    layout = Stack.of(file("etc/hostname", "node")).layout(folder);
  }

  private Path blob(Digest digest) {
    return layout.resolve("blobs/sha256").resolve(digest.hex());
  }

  private StoredImage image() {
    return OciLayout.open(layout).image();
  }

  @Test
  void tellsWhatTheImageIs() {
    StoredImage image = image();

    assertThat(image.config().platform()).isEqualTo(AMD64);
    assertThat(image.config().created()).contains(EPOCH.toString());
    assertThat(image.config().history()).hasSize(1);
    assertThat(image.layers()).hasSize(1);
    assertThat(OciLayout.open(layout).names()).containsExactly("test");
  }

  @Test
  void changedLayerIsRefusedWithBothDigests() throws IOException {
    StoredImage image = image();
    Path blob = image.layers().getFirst().blob();
    byte[] content = Files.readAllBytes(blob);
    content[content.length - 5] ^= 1; // the checksum of the gzip stream
    Files.write(blob, content);

    assertThatThrownBy(() -> Flattened.of(image))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("blob " + image.layers().getFirst().descriptor().digest())
        .hasMessageContaining("hashes to " + Digest.sha256(content))
        .hasMessageContaining(blob.toString());
  }

  @Test
  void layerOfAnotherSizeIsRefusedAtOnce() throws IOException {
    Path blob = image().layers().getFirst().blob();
    Files.writeString(blob, "more", java.nio.file.StandardOpenOption.APPEND);

    assertThatThrownBy(this::image)
        .isInstanceOf(Refused.class)
        .hasMessageContaining("bytes instead of")
        .hasMessageContaining(blob.toString());
  }

  @Test
  void missingBlobIsNamed() throws IOException {
    StoredLayer layer = image().layers().getFirst();
    Files.delete(layer.blob());

    assertThatThrownBy(this::image)
        .isInstanceOf(Refused.class)
        .hasMessageContaining(
            "blob " + layer.descriptor().digest() + " is missing: " + layer.blob());
  }

  @Test
  void changedManifestIsRefused() throws IOException {
    Path manifest = blob(image().digest());
    Files.writeString(
        manifest, Files.readString(manifest).replace("\"schemaVersion\":2", "\"schemaVersion\":3"));

    assertThatThrownBy(this::image).isInstanceOf(Refused.class).hasMessageContaining("is damaged");
  }

  @Test
  void layerThatIsNotWhatTheConfigSaysIsRefused() throws IOException {
    StoredImage image = image();
    StoredLayer layer = image.layers().getFirst();
    var other = new StoredLayer(1, layer.descriptor(), layer.blob(), Digest.sha256(new byte[] {1}));

    assertThatThrownBy(
            () ->
                Flattened.of(
                    new StoredImage(image.manifest(), Map.of(), image.config(), List.of(other))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("diff_id");
  }

  @Test
  void malformedIndexHasAPosition() throws IOException {
    Files.writeString(layout.resolve("index.json"), "{\n  \"manifests\": [,]\n}");

    assertThatThrownBy(this::image)
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith(layout.resolve("index.json") + ":2:");
  }

  @Test
  void wrongMemberIsNamed() throws IOException {
    Files.writeString(
        layout.resolve("index.json"), "{\"manifests\":[{\"digest\":\"sha256:12\",\"size\":3}]}");

    assertThatThrownBy(this::image)
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("manifests[0].digest must be sha256:<64 hex digits>");
  }

  @Test
  void directoryWithoutMarkerIsNoLayout() {
    assertThatThrownBy(() -> OciLayout.open(folder))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no file oci-layout");
  }

  @Test
  void unknownNameSuggestsAKnownOne() {
    assertThatThrownBy(() -> OciLayout.open(layout).image(Optional.of("tset"), Optional.empty()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("did you mean 'test'?");
  }

  @Test
  void wrongPlatformIsRefused() {
    assertThatThrownBy(
            () ->
                OciLayout.open(layout)
                    .image(Optional.empty(), Optional.of(Platform.linux("arm64"))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("linux/arm64");
  }

  @Test
  void nestedIndexIsSearchedByPlatform() throws IOException {
    Path other = folder.resolve("arm");
    Descriptor arm;
    try (var builder =
        ImageBuilder.to(other, Platform.linux("arm64"), EPOCH, LayerCompression.NONE, KERNEL)) {
      arm =
          builder
              .addTree(Files.createDirectory(folder.resolve("empty")), java.util.Set.of(), "x")
              .commit();
    }
    try (var blobs = Files.list(other.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        Files.copy(
            blob,
            layout.resolve("blobs/sha256").resolve(blob.getFileName()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Descriptor amd = image().manifest();
    byte[] inner = index(List.of(amd.toJson(), arm.toJson()));
    Digest digest = Digest.sha256(inner);
    Files.write(blob(digest), inner);
    Files.write(
        layout.resolve("index.json"),
        index(List.of(Descriptor.of(MediaTypes.INDEX, digest, inner.length).toJson())));

    assertThat(
            OciLayout.open(layout)
                .image(Optional.empty(), Optional.of(Platform.linux("aarch64")))
                .digest())
        .isEqualTo(arm.digest());
    assertThatThrownBy(this::image)
        .isInstanceOf(Refused.class)
        .hasMessageContaining("holds 2 images");
  }

  private static byte[] index(List<Map<String, Object>> manifests) {
    var index = new LinkedHashMap<String, Object>();
    index.put("schemaVersion", 2);
    index.put("manifests", manifests);
    return Json.write(index).getBytes(StandardCharsets.UTF_8);
  }
}
