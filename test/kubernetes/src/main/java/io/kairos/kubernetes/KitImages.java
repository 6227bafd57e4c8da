package io.kairos.kubernetes;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Packer;
import io.kairos.images.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Images without a registry, from the machine's static busybox: {@link #BUSYBOX} for tests (its
 * containers name their {@code command}), and the one that holds the namespaces of a pod.
 */
public final class KitImages {
  public static final String BUSYBOX = "docker.io/library/busybox:kairos";

  /** Also said in {@code node/containerd.toml}. */
  static final String PAUSE = "registry.k8s.io/pause:3.10";

  /** What a pod's own container runs. */
  private static final List<String> HOLDING = List.of("/bin/busybox", "sleep", "infinity");

  private static final Path PROGRAM = Path.of("/usr/bin/busybox");
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private final Host host;
  private final Path directory;

  /**
   * @param directory where the archives go
   */
  public KitImages(Host host, Path directory) {
    this.host = host;
    this.directory = directory;
  }

  /** Makes the archives that every node gets. */
  void make() {
    withRoot(
        root -> {
          archive("busybox.tar", BUSYBOX, root, List.of());
          archive("pause.tar", PAUSE, root, HOLDING);
        });
  }

  /** The OCI layout of one image that can be both, for nodes with a registry. */
  public Path layout() {
    Path layout = directory.resolve("busybox");
    withRoot(root -> write(layout, BUSYBOX, root, HOLDING));
    return layout;
  }

  private interface UseOfRoot {
    void use(Path root) throws IOException;
  }

  private void withRoot(UseOfRoot use) {
    if (!Files.isExecutable(PROGRAM)) {
      throw new Refused(PROGRAM + " is missing", "apt-get install busybox-static");
    }
    Path root = directory.resolve("busybox.root");
    try {
      Files.createDirectories(root.resolve("bin"));
      for (String folder : List.of("dev", "etc", "proc", "root", "sys", "tmp", "var")) {
        Files.createDirectories(root.resolve(folder));
      }
      Files.setAttribute(root.resolve("tmp"), "unix:mode", 01777);
      Files.copy(PROGRAM, root.resolve("bin/busybox"));
      Files.writeString(root.resolve("etc/passwd"), Resource.text("node/passwd"));
      Files.writeString(root.resolve("etc/group"), Resource.text("node/group"));
      for (String applet : host.run(Command.of("busybox", "--list")).text().lines().toList()) {
        Path link = root.resolve("bin").resolve(applet);
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, Path.of("busybox"));
        }
      }
      use.use(root);
    } catch (IOException e) {
      throw new HostFailure("cannot make images in " + directory, e);
    } finally {
      FileTree.delete(root);
    }
  }

  /**
   * Makes an image of one layer and packs its OCI layout into an archive.
   *
   * @param file name in the directory, ending in {@code .tar}
   * @param name what pods call it, with registry and tag
   * @param root the files of the image
   * @param entrypoint may be empty when pods name their command
   */
  public Path archive(String file, String name, Path root, List<String> entrypoint)
      throws IOException {
    Path layout = directory.resolve(file + ".layout");
    Path archive = directory.resolve(file);
    try {
      write(layout, name, root, entrypoint);
      new Packer(host.kernel(), CREATED).archive(layout, archive);
      return archive;
    } finally {
      FileTree.delete(layout);
    }
  }

  private void write(Path layout, String name, Path root, List<String> entrypoint) {
    try (var image =
        ImageBuilder.to(
            layout,
            Platform.linux(System.getProperty("os.arch")),
            CREATED,
            LayerCompression.NONE,
            host.kernel())) {
      var _ =
          image
              .addTree(root, Set.of(), "the cluster kit")
              .name(name)
              .entrypoint(entrypoint)
              .commit();
    }
  }
}
