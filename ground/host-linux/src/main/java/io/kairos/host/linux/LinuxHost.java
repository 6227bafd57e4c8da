package io.kairos.host.linux;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * This machine, seen from {@code /} or from another root directory. From another root, commands run
 * in a chroot of it; the JVM itself never changes its root, because what it has not loaded yet
 * would be out of reach.
 */
public final class LinuxHost implements Host {
  static final String SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** As many links as Linux follows before it says ELOOP (path_resolution(7)). */
  private static final int MAX_LINKS = 40;

  private final Path root;
  private final Kernel kernel;

  private LinuxHost(Path root, Kernel kernel) {
    this.root = root;
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
    return locate(absolute, false);
  }

  @Override
  public Path resolved(String absolute) {
    return locate(absolute, true);
  }

  private Path locate(String absolute, boolean followLast) {
    if (!absolute.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + absolute);
    }
    Deque<String> pending = new ArrayDeque<>(List.of(absolute.split("/+")));
    List<String> walked = new ArrayList<>();
    int links = 0;
    while (!pending.isEmpty()) {
      String name = pending.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (!walked.isEmpty()) {
          walked.removeLast();
        }
        continue;
      }
      walked.add(name);
      if (!followLast && pending.isEmpty()) {
        break;
      }
      Path real = below(walked);
      if (!Files.isSymbolicLink(real)) {
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new HostFailure("too many levels of symbolic links: " + absolute);
      }
      String target = readLink(real);
      walked.removeLast();
      if (target.startsWith("/")) {
        walked.clear();
      }
      List<String> parts = List.of(target.split("/+"));
      for (int i = parts.size() - 1; i >= 0; i--) {
        pending.push(parts.get(i));
      }
    }
    return below(walked);
  }

  private static String readLink(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      throw new HostFailure("cannot read the link " + link, e);
    }
  }

  private Path below(List<String> names) {
    Path real = root;
    for (String name : names) {
      real = real.resolve(name);
    }
    return real;
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
