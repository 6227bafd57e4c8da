package io.kairos.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Platform;
import io.kairos.stages.StageLog;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step of a stage finds the agent's images by itself. */
class NodeImageUnpackerTest {
  @Test
  void aStepUnpacksALayoutOfTheHost(@TempDir Path root) throws IOException {
    assumeThat(System.getProperty("user.name")).as("root, to keep owners").isEqualTo("root");
    LinuxHost host = LinuxHost.here().at(root);
    Path tree = Files.createDirectories(root.resolve("tree/etc"));
    Files.writeString(tree.resolve("from-image"), "yes");
    Path layer = root.resolve("layer.tar");
    host.kernel();
    LinuxHost.here()
        .run(
            io.kairos.host.Command.of(
                "tar", "-C", root.resolve("tree").toString(), "-cf", layer.toString(), "etc"));
    try (var builder =
        ImageBuilder.to(
            root.resolve("image"),
            Platform.linux(System.getProperty("os.arch")),
            Instant.EPOCH,
            LayerCompression.GZIP,
            host.kernel())) {
      builder.addTar(layer, "test");
      builder.name("test").commit();
    }
    Files.createDirectories(root.resolve("oem"));
    Files.writeString(
        root.resolve("oem/s.yaml"),
        "stages:\n  t:\n  - unpack_images: [{source: 'ocifile:/image', target: /opt/x}]\n");
    new StageRunner(host, StageLog.SILENT).run("t", StageSources.only("/oem")).orThrow();
    assertThat(root.resolve("opt/x/etc/from-image")).hasContent("yes");
  }
}
