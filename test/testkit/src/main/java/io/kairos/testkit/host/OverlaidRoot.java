package io.kairos.testkit.host;

import io.kairos.base.HostFailure;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * This machine's own system with a layer in memory above: what is done to its files, the machine
 * never sees. What is done to its kernel, it does. Needs root and overlayfs.
 */
public final class OverlaidRoot implements AutoCloseable {
  private static final int CHARACTER_DEVICE = 0020000;

  /** As in devices.txt of the kernel. */
  private static final Map<String, Integer> MEMORY_DEVICES =
      Map.of("null", 3, "zero", 5, "full", 7, "random", 8, "urandom", 9);

  private final Kernel kernel;
  private final Path memory;
  private final Path root;

  private OverlaidRoot(Kernel kernel, Path memory) {
    this.kernel = kernel;
    this.memory = memory;
    this.root = memory.resolve("root");
  }

  public static boolean isPossible() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
          && Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * @param folder of a test; closing this leaves it without mounts
   */
  public static OverlaidRoot below(Path folder, Kernel kernel) throws IOException {
    Path memory = Files.createDirectories(folder.resolve("memory")).toRealPath();
    kernel.mount("tmpfs", memory, "tmpfs", Set.of(), "size=1g,mode=0755");
    var overlaid = new OverlaidRoot(kernel, memory);
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
    kernel.mount(
        "overlay",
        root,
        "overlay",
        Set.of(),
        "lowerdir=/,upperdir=%s,workdir=%s"
            .formatted(memory.resolve("upper"), memory.resolve("work")));
    for (var device : MEMORY_DEVICES.entrySet()) {
      Path node = root.resolve("dev").resolve(device.getKey());
      if (!Files.exists(node)) {
        kernel.makeNode(node, CHARACTER_DEVICE | 0666, 1, device.getValue());
        Files.setAttribute(node, "unix:mode", 0666);
      }
    }
  }

  /** With the processes of this machine in {@code /proc}, but nothing to change there. */
  public OverlaidRoot withProcesses() {
    kernel.mount("proc", root.resolve("proc"), "proc", Set.of(Kernel.MountFlag.READ_ONLY), "");
    return this;
  }

  public Path path() {
    return root;
  }

  @Override
  public void close() {
    for (Path mounted : new Path[] {root.resolve("proc"), root, memory}) {
      if (kernel.mounts().stream().anyMatch(entry -> entry.target().equals(mounted))) {
        kernel.detach(mounted);
      }
    }
  }
}
