package io.kairos.peers.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.host.Command;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.OciLayout;
import io.kairos.images.Platform;
import io.kairos.images.StoredLayer;
import io.kairos.testkit.GoProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library that podman pulls with reads our layers in parts and gives their archive back. */
class ChunkedLayersTest {
  private static final LinuxHost HOST = LinuxHost.here();

  @TempDir Path folder;

  private static Path program() {
    if (HOST.hasProgram("modprobe")) {
      HOST.run(Command.of("modprobe", "overlay").expecting(0, 1));
    }
    assumeTrue(hasOverlay(), "the kernel has no overlayfs");
    try {
      return new GoProgram(
              "peers",
              "storage",
              ".",
              List.of("-tags", "exclude_graphdriver_btrfs exclude_graphdriver_devicemapper"))
          .built(HOST, Path.of("storage").toAbsolutePath());
    } catch (HostFailure e) {
      return abort(e.getMessage());
    }
  }

  private static boolean hasOverlay() {
    try {
      return Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All kinds of files, and one that is larger than what is held in memory. */
  private Path root() throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Kernel kernel = HOST.kernel();
    for (int i = 0; i < 30; i++) {
      byte[] content = new byte[i == 7 ? 9 << 20 : 5000 * i];
      new Random(i).nextBytes(content);
      Path directory = Files.createDirectories(root.resolve("usr/lib/d" + i % 5));
      Path file = Files.write(directory.resolve("fäle-" + i), content);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_600_000_000_000L + i));
      Files.setAttribute(file, "unix:mode", i % 3 == 0 ? 04755 : 0640);
      Files.setAttribute(file, "unix:uid", i);
    }
    Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
    Files.createLink(root.resolve("usr/lib/second"), root.resolve("usr/lib/d1/fäle-1"));
    kernel.makeNode(root.resolve("null"), 0020666, 1, 3);
    kernel.setExtendedAttribute(
        root.resolve("usr/lib/d1/fäle-6"), "user.kairos", new byte[] {1, 0, (byte) 0x80});
    return root;
  }

  @Test
  void podmansLibraryReadsOurLayersInParts() throws Exception {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root for overlays");
    Path program = program();
    Path layout = folder.resolve("layout");
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux("amd64"),
            Instant.ofEpochSecond(1_700_000_000),
            LayerCompression.ZSTD_CHUNKED,
            HOST.kernel())) {
      builder.addTree(root(), Set.of(), "test").name("test").commit();
    }
    StoredLayer layer = OciLayout.open(layout).image().layers().getFirst();
    Path descriptor =
        Files.writeString(
            folder.resolve("descriptor.json"),
            Json.write(
                Map.of(
                    "digest", layer.descriptor().digest().toString(),
                    "size", layer.descriptor().size(),
                    "annotations", layer.descriptor().annotations())));

    Process process =
        new ProcessBuilder(
                program.toString(),
                folder.resolve("storage").toString(),
                layer.blob().toString(),
                descriptor.toString())
            .start();
    var errors =
        CompletableFuture.supplyAsync(
            () -> process.errorReader(StandardCharsets.UTF_8).lines().toList());
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[1 << 16];
    try (InputStream archive = process.getInputStream()) {
      for (int read = archive.read(buffer); read >= 0; read = archive.read(buffer)) {
        hash.update(buffer, 0, read);
      }
    }
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    List<String> told = errors.get(1, TimeUnit.MINUTES);
    assertThat(process.exitValue()).as(String.join("\n", told)).isZero();
    assertThat(told).as("it asks for tables, then for files").hasSizeGreaterThan(2);
    assertThat(HexFormat.of().formatHex(hash.digest())).isEqualTo(layer.diffId().hex());
  }
}
