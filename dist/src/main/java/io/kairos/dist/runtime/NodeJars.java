package io.kairos.dist.runtime;

import io.kairos.base.HostFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The jars that go to a node, out of those that the workshop runs with. */
public final class NodeJars {
  /** Of a module, for one program: see the module's pom.xml. */
  private static final Pattern PART = Pattern.compile("-(node|init)\\.jar$");

  private NodeJars() {}

  /**
   * @param classPath of the workshop, for example the property {@code java.class.path}
   * @return in the order of {@code jars.list}
   * @throws HostFailure when one is missing
   */
  public static List<Path> on(String classPath) {
    List<Path> found = new ArrayList<>();
    for (String artifact : RuntimeData.load().jars()) {
      found.add(
          classPathEntry(artifact, classPath.split(":"))
              .orElseThrow(
                  () ->
                      new HostFailure(
                          "the class path has no jar of " + artifact + ", which a node needs")));
    }
    return found;
  }

  private static Optional<Path> classPathEntry(String artifact, String[] entries) {
    List<Path> found = new ArrayList<>();
    for (String entry : entries) {
      Path file = Path.of(entry);
      if (isJarOf(artifact, String.valueOf(file.getFileName())) && !found.contains(file)) {
        found.add(file);
      }
    }
    if (found.size() > 1) {
      throw HostFailure.withRemedy(
          "the class path has several jars of " + artifact + ": " + found,
          "say in jars.list which major version a node needs, for example " + artifact + "-3");
    }
    return found.stream().findFirst().map(NodeJars::nodePart);
  }

  /**
   * @param artifact as in {@code jars.list}, perhaps with the beginning of a version
   */
  static boolean isJarOf(String artifact, String file) {
    return file.matches(artifact + "[-.][0-9][^/]*\\.jar") && !PART.matcher(file).find();
  }

  /** A module may come with a smaller jar for nodes beside the whole one. */
  private static Path nodePart(Path jar) {
    String name = jar.getFileName().toString().replaceFirst("\\.jar$", "-node.jar");
    Path part = jar.resolveSibling(name);
    return Files.exists(part) ? part : jar;
  }
}
