package io.kairos.images;

import static io.kairos.images.TestImages.AMD64;
import static io.kairos.images.TestImages.EPOCH;
import static io.kairos.images.TestImages.KERNEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageBuilderTest {
  @TempDir Path folder;

  @Test
  void theConfigurationSaysWhatRunsAndAsWhom() throws IOException {
    Path layout = folder.resolve("layout");
    Descriptor manifest;
    try (var builder = ImageBuilder.to(layout, AMD64, EPOCH, LayerCompression.NONE, KERNEL)) {
      manifest =
          builder
              .addTree(Files.createDirectory(folder.resolve("root")), Set.of(), "test")
              .entrypoint(List.of("/manager"))
              .user("65532:65532")
              .commit();
    }
    Descriptor configuration =
        Descriptor.read(json(layout, manifest.digest()).requiredObject("config"));
    assertThat(json(layout, configuration.digest()).requiredObject("config").members())
        .isEqualTo(Map.of("User", "65532:65532", "Entrypoint", List.of("/manager")));
  }

  private static JsonObject json(Path layout, Digest digest) throws IOException {
    Path blob = layout.resolve("blobs/sha256").resolve(digest.hex());
    return Json.parseObject(blob.toString(), Files.readAllBytes(blob));
  }
}
