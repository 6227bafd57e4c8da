package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.dist.cli.Console;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Descriptor;
import io.kairos.images.ImageReference;
import io.kairos.images.Registry;
import io.kairos.images.RegistryAccess;
import io.kairos.images.RegistryLogins;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushVerbTest {
  private static final LinuxHost HOST = LinuxHost.here();

  @TempDir Path folder;

  private int run(ByteArrayOutputStream told, String... words) {
    var out = new PrintStream(told, true, StandardCharsets.UTF_8);
    return new WorkshopMain(new Console(out, out, false), Map.of("HOME", folder.toString()))
        .run(List.of(words));
  }

  @Test
  void anArchiveIsPublishedAsTheImageThatItHolds() throws IOException {
    assumeTrue(
        HOST.hasProgram(DebianRegistry.PROGRAM), DebianRegistry.PROGRAM + " is not installed");
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.writeString(root.resolve("file"), "content");
    Path work = Files.createDirectories(folder.resolve("work"));
    Path archive = work.resolve("image.tar");
    Descriptor manifest =
        new ProgramImages(HOST, Map.of())
            .pack(
                folder.resolve("layout"),
                Instant.EPOCH,
                archive,
                image -> image.addTree(root, Set.of(), "test"));
    try (var server = DebianRegistry.start(Files.createDirectories(folder.resolve("server")))) {
      String name = server.host() + "/kairos/operator:1";
      var told = new ByteArrayOutputStream();
      assertThat(run(told, "push", "--allow-insecure-registries", archive.toString(), name))
          .as(told.toString(StandardCharsets.UTF_8))
          .isZero();
      var registry =
          new Registry(RegistryAccess.with(RegistryLogins.none()).allowingInsecure(true));
      assertThat(registry.digest(ImageReference.parse(name))).isEqualTo(manifest.digest());
    }
    try (var left = Files.list(work)) {
      assertThat(left).containsExactly(archive);
    }
  }

  @Test
  void whatIsNoImageIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("image.tar"), "nothing of the kind");
    var told = new ByteArrayOutputStream();
    assertThat(run(told, "push", file.toString(), "registry.example/os:1")).isEqualTo(1);
    assertThat(told.toString(StandardCharsets.UTF_8)).contains(file.toString(), "try: ");
  }
}
