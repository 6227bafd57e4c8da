package io.kairos.host;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Finds the real path behind a path of another root, as openat2(2) does with RESOLVE_IN_ROOT: links
 * are followed inside the root and never lead out of it.
 *
 * @param root of the other system, on this one
 */
public record PathsBelow(Path root) {
  /** As many links as Linux follows before it says ELOOP (path_resolution(7)). */
  private static final int MAX_LINKS = 40;

  /**
   * The real path; nothing needs to exist.
   *
   * @param followLast whether a link in the last place is followed too
   * @throws HostFailure when links lead round in a circle, or the text cannot be a path
   */
  public Path locate(String absolute, boolean followLast) {
    if (!absolute.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path: " + absolute);
    }
    if (absolute.indexOf('\0') >= 0) {
      throw new HostFailure("no path holds the character NUL: " + absolute.replace("\0", "\\0"));
    }
    Deque<String> pending = new ArrayDeque<>(Arrays.asList(absolute.split("/+")));
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
      Path real = below(walked);
      if ((pending.isEmpty() && !followLast) || !Files.isSymbolicLink(real)) {
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new HostFailure("too many levels of symbolic links: " + absolute);
      }
      String target = target(real);
      walked.removeLast();
      if (target.startsWith("/")) {
        walked.clear();
      }
      for (String part : Arrays.asList(target.split("/+")).reversed()) {
        pending.push(part);
      }
    }
    return below(walked);
  }

  private static String target(Path link) {
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
}
