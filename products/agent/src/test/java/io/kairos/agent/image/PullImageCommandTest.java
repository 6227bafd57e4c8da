package io.kairos.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.KairosException;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.ImageSource;
import io.kairos.images.LayerCompression;
import io.kairos.images.Platform;
import io.kairos.images.RegistryAccess;
import io.kairos.plan.ConsoleProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullImageCommandTest {
  private static final Platform ARM = Platform.linux("arm64");

  @TempDir Path folder;
  private final LinuxHost host = LinuxHost.here();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Path layout;

  @BeforeEach
  void anImage() throws IOException {
    layout = folder.resolve("image");
    Path tree = Files.createDirectories(folder.resolve("tree/etc"));
    Files.writeString(tree.resolve("from-image"), "yes");
    Path layer = folder.resolve("layer.tar");
    host.run(
        Command.of("tar", "-C", folder.resolve("tree").toString(), "-cf", layer.toString(), "etc"));
    try (var builder =
        ImageBuilder.to(layout, ARM, Instant.EPOCH, LayerCompression.GZIP, host.kernel())) {
      builder.addTar(layer, "test");
      builder.name("test").commit();
    }
  }

  private void pull(Path source, Platform platform, Path target) {
    var progress =
        new ConsoleProgress(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 80);
    new PullImageCommand(host, RegistryAccess.of(host, Map.of()), progress)
        .run(new ImageSource.OciFile(source), platform, target.toString());
  }

  @Test
  void theTargetIsMadeAndFilled() {
    pull(layout, ARM, folder.resolve("new/target"));
    assertThat(folder.resolve("new/target/etc/from-image")).hasContent("yes");
    assertThat(folder.resolve("new/target").toFile().list()).containsExactly("etc");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("unpack ocifile://" + layout + " for linux/arm64 to ");
  }

  @Test
  void whatTheTargetHasStays() throws IOException {
    Path target = Files.createDirectories(folder.resolve("target/etc")).getParent();
    Files.writeString(target.resolve("etc/mine"), "mine");
    pull(layout, ARM, target);
    assertThat(target.resolve("etc/mine")).hasContent("mine");
    assertThat(target.resolve("etc/from-image")).hasContent("yes");
  }

  @Test
  void aFailureLeavesNoFolderBehind() {
    assertThatThrownBy(() -> pull(folder.resolve("absent"), ARM, folder.resolve("new/target")))
        .isInstanceOf(KairosException.class);
    assertThat(folder.resolve("new")).doesNotExist();
  }

  @Test
  void anImageForAnotherPlatformLeavesTheTargetAsItWas() throws IOException {
    Path target = Files.createDirectory(folder.resolve("target"));
    assertThatThrownBy(() -> pull(layout, Platform.linux("riscv64"), target))
        .isInstanceOf(KairosException.class)
        .hasMessageContaining("riscv64");
    assertThat(target).isEmptyDirectory();
  }
}
