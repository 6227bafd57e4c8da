package io.kairos.e2e;

import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Flattened;
import io.kairos.images.ImageBuilder;
import io.kairos.images.ImageReference;
import io.kairos.images.LayerCompression;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import io.kairos.images.RegistryLogins;
import io.kairos.images.RootfsTar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The next version of an image: one file more, packed so that nodes fetch what they do not have.
 *
 * @param layout of the new image
 */
record NextImage(Path layout) {
  /** The file that is new. */
  static final String MARK = "/usr/share/kairos-next";

  /**
   * @param folder that the new layout is written to, emptied before
   */
  static NextImage of(Path image, Path folder) throws IOException {
    FileTree.delete(folder); // of a run before
    Files.createDirectories(folder);
    Path tar = folder.resolve("root.tar");
    var root =
        new RootfsTar(Flattened.of(OciLayout.open(image).image()))
            .addFile(MARK, 0644, "next\n".getBytes(StandardCharsets.UTF_8));
    try (var out = Files.newOutputStream(tar)) {
      root.writeTo(out);
    }
    Path layout = folder.resolve("layout");
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux("amd64"),
            Instant.EPOCH,
            LayerCompression.ZSTD_CHUNKED,
            LinuxHost.here().kernel())) {
      var _ = builder.addTar(tar, "the next version").commit();
    }
    Files.delete(tar);
    return new NextImage(layout);
  }

  void push(String reference) {
    var registry = new Registry(RegistryAccess.with(RegistryLogins.none()).allowingInsecure(true));
    var _ = registry.push(OciLayout.open(layout).image(), layout, ImageReference.parse(reference));
  }
}
