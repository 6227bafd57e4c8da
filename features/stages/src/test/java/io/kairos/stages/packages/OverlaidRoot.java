package io.kairos.stages.packages;

import io.kairos.base.HostFailure;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * This machine's own system with a layer in memory above: what a package manager does there, the
 * machine never sees. Needs root and overlayfs.
 */
final class OverlaidRoot implements AutoCloseable {
  private static final int CHARACTER_DEVICE = 0020000;

  /** As in devices.txt of the kernel. */
  private static final Map<String, Integer> MEMORY_DEVICES =
      Map.of("null", 3, "zero", 5, "full", 7, "random", 8, "urandom", 9);

  private static final LinuxHost MACHINE = LinuxHost.here();

  private final Path memory;
  private final Path root;

  private OverlaidRoot(Path memory) {
    this.memory = memory;
    this.root = memory.resolve("root");
  }

  static boolean isPossible() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
          && Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n");
    } catch (IOException e) {
      return false;
    }
  }

  static OverlaidRoot below(Path folder) throws IOException {
    Path memory = Files.createDirectories(folder.resolve("memory"));
    MACHINE.kernel().mount("tmpfs", memory, "tmpfs", Set.of(), "size=1g,mode=0755");
    var overlaid = new OverlaidRoot(memory);
    try {
      overlaid.lay();
      return overlaid;
    } catch (IOException | HostFailure e) {
      overlaid.close();
      throw e;
    }
  }

  private void lay() throws IOException {
    for (String name : new String[] {"upper", "work", "root"}) {
      Files.createDirectory(memory.resolve(name));
    }
    MACHINE
        .kernel()
        .mount(
            "overlay",
            root,
            "overlay",
            Set.of(),
            "lowerdir=/,upperdir=%s,workdir=%s"
                .formatted(memory.resolve("upper"), memory.resolve("work")));
    MACHINE.kernel().mount("proc", root.resolve("proc"), "proc", Set.of(), "");
    for (var device : MEMORY_DEVICES.entrySet()) {
      Path node = root.resolve("dev").resolve(device.getKey());
      if (!Files.exists(node)) {
        MACHINE.kernel().makeNode(node, CHARACTER_DEVICE | 0666, 1, device.getValue());
        Files.setAttribute(node, "unix:mode", 0666);
      }
    }
  }

  LinuxHost host() {
    return MACHINE.at(root);
  }

  @Override
  public void close() {
    for (Path mounted : new Path[] {root.resolve("proc"), root, memory}) {
      if (MACHINE.kernel().mounts().stream().anyMatch(entry -> entry.target().equals(mounted))) {
        MACHINE.kernel().detach(mounted);
      }
    }
  }
}
