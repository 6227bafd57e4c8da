package io.kairos.e2e;

import io.kairos.host.linux.LinuxHost;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** A few files that have all that a medium needs, and a busybox to run commands with. */
final class TinySystem {
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private static final Map<String, String> FILES =
      Map.of(
          "etc/kairos-release",
          """
          KAIROS_FLAVOR=debian
          KAIROS_FLAVOR_RELEASE=13
          KAIROS_VARIANT=core
          KAIROS_ARCH=amd64
          KAIROS_MODEL=generic
          KAIROS_VERSION=v0.1.0
          """,
          "boot/vmlinuz",
          "kernel",
          "boot/initrd",
          "initrd",
          "usr/lib/shim/shimx64.efi.signed",
          "shim",
          "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
          "grub for CDs",
          "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
          "grub for disks");

  private TinySystem() {}

  /**
   * @param folder of the work, where nothing of it is yet
   * @return OCI layout
   */
  static Path image(LinuxHost host, Path folder) throws IOException {
    Path root = folder.resolve("root");
    for (var file : FILES.entrySet()) {
      Path path = root.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Files.createDirectories(root.resolve("bin"));
    Files.copy(host.path("/usr/bin/busybox"), root.resolve("bin/busybox"));
    Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
    Path layout = folder.resolve("layout");
    try (var builder =
        ImageBuilder.to(
            layout,
            Platform.linux(System.getProperty("os.arch")),
            CREATED,
            LayerCompression.NONE,
            host.kernel())) {
      builder.addTree(root, Set.of(), "a tiny system").name("tiny:1").commit();
    }
    return layout;
  }
}
