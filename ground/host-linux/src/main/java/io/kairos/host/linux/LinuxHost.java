package io.kairos.host.linux;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Output;
import io.kairos.host.PathsBelow;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;

/**
 * This machine, seen from {@code /} or from another root directory. From another root, commands run
 * in a chroot of it; the JVM itself never changes its root, because what it has not loaded yet
 * would be out of reach.
 */
public final class LinuxHost implements Host {
  static final String SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Path root;
  private final PathsBelow paths;
  private final Kernel kernel;

  private LinuxHost(Path root, Kernel kernel) {
    this.root = root;
    this.paths = new PathsBelow(root);
    this.kernel = kernel;
  }

  /** The running system. */
  public static LinuxHost here() {
    return new LinuxHost(Path.of("/"), new LinuxKernel());
  }

  /** A tree on this machine that is, or will become, the root of another system. */
  public LinuxHost at(Path otherRoot) {
    return new LinuxHost(otherRoot.toAbsolutePath().normalize(), kernel);
  }

  @Override
  public Path path(String absolute) {
    return paths.locate(absolute, false);
  }

  @Override
  public Path resolved(String absolute) {
    return paths.locate(absolute, true);
  }

  @Override
  public Output run(Command command) {
    return new ChildProcess(command, root).run();
  }

  @Override
  public boolean hasProgram(String name) {
    if (name.startsWith("/")) {
      return isProgram(name);
    }
    for (String directory : SEARCH_PATH.split(":")) {
      if (isProgram(directory + "/" + name)) {
        return true;
      }
    }
    return false;
  }

  private boolean isProgram(String absolute) {
    Path real = resolved(absolute);
    return Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS) && Files.isExecutable(real);
  }

  @Override
  public Kernel kernel() {
    return kernel;
  }

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }
}
