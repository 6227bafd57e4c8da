package io.kairos.e2e;

import io.kairos.host.Command;
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
 * An image that a journey pushes to its registry, packed so that nodes fetch what they do not have.
 *
 * @param layout of the image
 */
record RegistryImage(Path layout) {
  /** What the next version has and its predecessor does not. */
  static final String MARK = "/usr/share/kairos-next";

  /** What the script of the bundle writes. */
  static final String BUNDLE_MARK = "/usr/local/from-bundle";

  /**
   * The next version of an image: one file more.
   *
   * @param folder that the new layout is written to, emptied before
   */
  static RegistryImage nextOf(Path image, Path folder) throws IOException {
    FileTree.delete(folder); // of a run before
    Files.createDirectories(folder);
    Path tar = folder.resolve("root.tar");
    var root =
        new RootfsTar(Flattened.of(OciLayout.open(image).image()))
            .addFile(MARK, 0644, "next\n".getBytes(StandardCharsets.UTF_8));
    try (var out = Files.newOutputStream(tar)) {
      root.writeTo(out);
    }
    return packed(tar, folder.resolve("layout"));
  }

  /**
   * A bundle whose script leaves {@link #BUNDLE_MARK}.
   *
   * @param folder as for {@link #nextOf}
   */
  static RegistryImage bundle(Path folder) throws IOException {
    FileTree.delete(folder);
    Path tree = Files.createDirectories(folder.resolve("tree"));
    Files.writeString(tree.resolve("run.sh"), "echo \"$BUNDLE_TARGET\" > " + BUNDLE_MARK + "\n");
    Path tar = folder.resolve("root.tar");
    LinuxHost.here().run(Command.of("tar", "-C", tree.toString(), "-cf", tar.toString(), "."));
    return packed(tar, folder.resolve("layout"));
  }

  /** From an archive, which is deleted. */
  static RegistryImage packed(Path tar, Path layout) throws IOException {
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux("amd64"),
            Instant.EPOCH,
            LayerCompression.ZSTD_CHUNKED,
            LinuxHost.here().kernel())) {
      var _ = builder.addTar(tar, "made by a journey").commit();
    }
    Files.delete(tar);
    return new RegistryImage(layout);
  }

  void push(String reference) {
    var registry = new Registry(RegistryAccess.with(RegistryLogins.none()).allowingInsecure(true));
    var _ = registry.push(OciLayout.open(layout).image(), layout, ImageReference.parse(reference));
  }
}
