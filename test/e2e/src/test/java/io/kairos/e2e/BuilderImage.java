package io.kairos.e2e;

import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.KitImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What images of other projects do in a cluster with a way to their registries, from Debian's
 * packages: buildah (quay.io/buildah/stable), curl, and nginx (nginxinc/nginx-unprivileged).
 */
final class BuilderImage {
  static final String NAME = "registry.test/builders:1";

  private static final String SUITE = "trixie"; // its buildah knows heredocs and cache mounts
  private static final Duration DEADLINE = Duration.ofMinutes(20);

  private BuilderImage() {}

  /**
   * @param folder of the archive
   */
  static Path archive(LinuxHost host, Path folder) throws IOException {
    Path root = Files.createDirectories(folder.resolve("builders.root"));
    try {
      host.run(
          Command.of("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory")
              .with("--include=" + String.join(",", packages()))
              .with("--aptopt=Acquire::Languages \"none\"", "--dpkgopt=force-unsafe-io")
              .with("--dpkgopt=path-exclude=/usr/share/doc/*")
              .with(SUITE, root.toString())
              .within(DEADLINE));
      Files.writeString(
          root.resolve("etc/containers/storage.conf"), Beside.text("builders/storage.conf"));
      Path place = Files.createDirectories(root.resolve("etc/builders"));
      Files.writeString(place.resolve("nginx.conf"), Beside.text("builders/nginx.conf"));
      Path start = Files.writeString(place.resolve("nginx.sh"), Beside.text("builders/nginx.sh"));
      Files.setAttribute(start, "unix:mode", 0755);
      return new KitImages(host, folder)
          .archive("builders.tar", NAME, root, List.of("/etc/builders/nginx.sh"));
    } finally {
      FileTree.delete(root);
    }
  }

  private static List<String> packages() {
    return Beside.text("builders/packages.list")
        .lines()
        .map(line -> line.replaceFirst(" .*", ""))
        .toList();
  }
}
