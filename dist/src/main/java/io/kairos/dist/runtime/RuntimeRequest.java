package io.kairos.dist.runtime;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks for a node runtime.
 *
 * @param jdk home of a JDK 25 with jlink
 * @param jars our modules and what they use, in class path order
 * @param cache folder that keeps finished runtimes by the digest of what went in
 */
public record RuntimeRequest(Path jdk, List<Path> jars, Path cache) {
  public RuntimeRequest {
    jars = List.copyOf(jars);
    Set<Path> names = new HashSet<>();
    for (Path jar : jars) {
      if (!names.add(jar.getFileName())) {
        throw new IllegalArgumentException("two jars are called " + jar.getFileName());
      }
    }
  }
}
