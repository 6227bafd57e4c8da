package io.kairos.agent.node;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** Images for this machine with a few files, as layouts. */
public final class TestImage {
  private TestImage() {}

  /**
   * @param layout a folder that is not there yet
   * @param files content by path
   */
  public static void write(Path layout, Map<String, String> files) throws IOException {
    LinuxHost host = LinuxHost.here();
    Path tree = layout.resolveSibling(layout.getFileName() + ".tree");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = tree.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Path layer = layout.resolveSibling(layout.getFileName() + ".tar");
    host.run(Command.of("tar", "-C", tree.toString(), "-cf", layer.toString(), "."));
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux(System.getProperty("os.arch")),
            Instant.EPOCH,
            LayerCompression.GZIP,
            host.kernel())) {
      builder.addTar(layer, "test");
      builder.name("test").commit();
    }
  }
}
