package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of images, delivered as steps deliver them. */
class ImageArchiveTest {
  @TempDir Path folder;
  private Path target;
  private Path tree;

  @BeforeEach
  void makeFolders() throws IOException {
    target = Files.createDirectory(folder.resolve("target"));
    tree = Files.createDirectory(folder.resolve("tree"));
  }

  private void deliver(Path archive) {
    new ImageDelivery(
            TestImages.KERNEL,
            UnpackOptions.TO_LOOK_AT,
            new Registry(new RegistryLogins(folder.resolve("absent"))))
        .deliver(new ImageSource.OciFile(archive), TestImages.AMD64, target);
  }

  private Path tar(String options, Path directory) {
    Path archive = folder.resolve("image.tar");
    LinuxHost.here()
        .run(Command.of("tar", "-C", directory.toString(), options, archive.toString()).with("."));
    return archive;
  }

  private List<String> names() throws IOException {
    try (var entries = Files.list(target)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-cf", "-czf"})
  void aPackedLayoutIsUnpacked(String options) throws IOException {
    Path layout =
        TestImages.Stack.of(TestImages.file("a", "old"), TestImages.file("gone", "x"))
            .layer(TestImages.file("a", "new"), TestImages.whiteout(".wh.gone"))
            .layout(folder);
    deliver(tar(options, layout));
    assertThat(names()).containsExactly("a");
    assertThat(target.resolve("a")).hasContent("new");
  }

  /** As docker save wrote it before version 25, also with a layer that is there twice. */
  private Path docker(String architecture) throws IOException {
    byte[] lower = TestImages.tar(TestImages.file("a", "old"), TestImages.file("b", "B"));
    byte[] upper = TestImages.tar(TestImages.file("a", "new"));
    Files.createDirectories(tree.resolve("1"));
    Files.createDirectories(tree.resolve("2"));
    Files.createDirectories(tree.resolve("3"));
    Files.write(tree.resolve("1/layer.tar"), lower);
    Files.write(tree.resolve("2/layer.tar"), upper);
    Files.createSymbolicLink(tree.resolve("3/layer.tar"), Path.of("../2/layer.tar"));
    Files.writeString(
        tree.resolve("config.json"),
        Json.write(
            Map.of(
                "architecture",
                architecture,
                "os",
                "linux",
                "rootfs",
                Map.of("type", "layers", "diff_ids", List.of(id(lower), id(upper), id(upper))))));
    manifest(
        "{\"Config\":\"config.json\",\"RepoTags\":[\"x:1\"],\"Layers\":"
            + "[\"1/layer.tar\",\"2/layer.tar\",\"3/layer.tar\"]}");
    return tree;
  }

  private void manifest(String images) throws IOException {
    Files.writeString(tree.resolve("manifest.json"), "[" + images + "]");
  }

  private static String id(byte[] layer) {
    return Digest.sha256(layer).toString();
  }

  @Test
  void whatDockerSavedIsUnpacked() throws IOException {
    deliver(tar("-cf", docker("amd64")));
    assertThat(names()).containsExactly("a", "b");
    assertThat(target.resolve("a")).hasContent("new");
  }

  @Test
  void aDamagedLayerIsFoundByItsDigest() throws IOException {
    docker("amd64");
    Files.write(tree.resolve("2/layer.tar"), TestImages.tar(TestImages.file("a", "evil")));
    assertThatThrownBy(() -> deliver(tar("-cf", tree)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("diff_id");
    assertThat(names()).isEmpty();
  }

  @Test
  void anotherPlatformSeveralImagesAndNoImageAreRefused() throws IOException {
    assertThatThrownBy(() -> deliver(tar("-cf", docker("arm64")))).hasMessageContaining("arm64");
    manifest("{\"Config\":\"config.json\"},{\"Config\":\"config.json\"}");
    assertThatThrownBy(() -> deliver(tar("-cf", tree)))
        .hasMessageContaining("does not hold exactly one image")
        .hasMessageContaining("try: save one image");
    manifest("{\"Config\":\"../../../etc/passwd\",\"Layers\":[]}");
    assertThatThrownBy(() -> deliver(tar("-cf", tree)))
        .hasMessageContaining("has no ../../../etc/passwd");
    Files.delete(tree.resolve("manifest.json"));
    assertThatThrownBy(() -> deliver(tar("-cf", tree)))
        .hasMessageContaining("holds neither oci-layout nor manifest.json");
    assertThat(names()).isEmpty();
  }

  @Test
  void whatIsNoArchiveIsRefused() throws IOException {
    Path noise = folder.resolve("noise");
    Files.write(noise, "no archive at all".repeat(100).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> deliver(noise))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("noise");
  }

  @Test
  void linksThatGoInCirclesNameNothing() throws IOException {
    docker("amd64");
    Files.delete(tree.resolve("config.json"));
    Files.createSymbolicLink(tree.resolve("config.json"), Path.of("other.json"));
    Files.createSymbolicLink(tree.resolve("other.json"), Path.of("config.json"));
    assertThatThrownBy(() -> deliver(tar("-cf", tree))).hasMessageContaining("has no config.json");
  }
}
