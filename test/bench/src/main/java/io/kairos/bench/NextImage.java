package io.kairos.bench;

import io.kairos.formats.tar.TarEntry;
import io.kairos.host.Kernel;
import io.kairos.images.Flattened;
import io.kairos.images.ImageBuilder;
import io.kairos.images.ImageReference;
import io.kairos.images.LayerCompression;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import io.kairos.images.RootfsTar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** The next version of an image: other contents in each file of one package. */
final class NextImage {
  static final Platform PLATFORM = Platform.linux("amd64");

  /** Of middling size, and every image has it. */
  static final String PACKAGE = "openssh-server";

  private NextImage() {}

  /**
   * @param layout of the image
   * @param folder that the new layout is made in
   * @return the new layout
   */
  static Path of(Path layout, Path folder, Kernel kernel) throws IOException {
    var image = Flattened.of(OciLayout.open(layout).image());
    var root = new RootfsTar(image);
    byte[] list = image.read("/var/lib/dpkg/info/" + PACKAGE + ".list").orElseThrow();
    for (String path : new String(list, StandardCharsets.UTF_8).lines().toList()) {
      String real = image.realPath(path).orElse(path);
      Optional<TarEntry> file =
          image.find(real).filter(entry -> entry.kind() == TarEntry.Kind.FILE);
      if (file.isPresent()) {
        byte[] content = image.read(real).orElseThrow();
        byte[] changed = Arrays.copyOf(content, content.length + 1);
        root.addFile(real, file.get().mode(), changed);
      }
    }
    Path tar = folder.resolve("next.tar");
    try (var out = Files.newOutputStream(tar)) {
      root.writeTo(out);
    }
    Path next = folder.resolve("next");
    try (var builder =
        ImageBuilder.to(next, PLATFORM, Instant.EPOCH, LayerCompression.ZSTD_CHUNKED, kernel)) {
      var _ = builder.addTar(tar, "one package changed").commit();
    }
    Files.delete(tar);
    return next;
  }

  static void push(Path layout, RegistryAccess access, String reference) {
    var _ =
        new Registry(access)
            .push(OciLayout.open(layout).image(), layout, ImageReference.parse(reference));
  }
}
