package io.kairos.convert;

import io.kairos.base.HostFailure;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlScalar;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an image must not hold, as {@code cleanup.yaml} lists it.
 *
 * @param truncate files that stay, empty
 * @param delete paths whose last name may contain {@code *}
 * @param empty directories that lose all their files and keep their directories
 * @param older files that get a time before all others
 * @param bootstrapped what is deleted before a bootstrapped root is kept
 */
record CleanUpRules(
    List<String> truncate,
    List<String> delete,
    List<String> empty,
    List<String> older,
    List<String> bootstrapped) {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2000-01-01T00:00:00Z"));

  /** Where a bootstrapper mounts parts of this machine. */
  private static final List<String> MOUNTED = List.of("/dev/", "/proc/", "/run/", "/sys/", "/tmp/");

  CleanUpRules {
    for (String pattern : bootstrapped) {
      if (!pattern.matches("(/[A-Za-z0-9_.*-]+)+")
          || MOUNTED.stream().anyMatch(pattern::startsWith)) {
        throw new IllegalArgumentException("not safe to delete in a mounted root: " + pattern);
      }
    }
  }

  static CleanUpRules shipped() {
    YamlMap yaml = Resources.yaml("cleanup.yaml");
    return new CleanUpRules(
        texts(yaml, "truncate"),
        texts(yaml, "delete"),
        texts(yaml, "empty"),
        texts(yaml, "older"),
        texts(yaml, "bootstrapped"));
  }

  private static List<String> texts(YamlMap yaml, String key) {
    return yaml.list(key).stream().map(node -> ((YamlScalar) node).asText()).toList();
  }

  /** The deletions before a root is kept, for a shell whose first parameter is the root. */
  String asHook() {
    return bootstrapped.stream()
        .map(pattern -> "\"$1\"" + pattern)
        .collect(Collectors.joining(" ", "rm -rf --one-file-system -- ", ""));
  }

  /**
   * @param kept absolute paths of the root that stay with all below them
   */
  void apply(Host root, Set<String> kept) {
    var stay = new Kept(kept.stream().map(root::resolved).toList());
    for (String pattern : delete) {
      int name = pattern.lastIndexOf('/') + 1;
      Path directory = root.resolved(pattern.substring(0, name));
      if (Files.isDirectory(directory)) {
        matching(directory, pattern.substring(name)).forEach(stay::deleteOthers);
      }
    }
    for (String path : empty) {
      Path directory = root.resolved(path);
      if (Files.isDirectory(directory)) {
        deleteFiles(directory, stay);
      }
    }
    for (String path : truncate) {
      Path file = root.resolved(path);
      if (!stay.has(file)) {
        write(file);
      }
    }
    for (String path : older) {
      Path file = root.resolved(path);
      if (!stay.has(file)) {
        makeOlder(file);
      }
    }
  }

  /** Real paths that stay, and what leads to them. */
  private record Kept(List<Path> paths) {
    boolean has(Path path) {
      return paths.stream().anyMatch(path::startsWith);
    }

    void deleteOthers(Path path) {
      if (has(path)) {
        return;
      }
      if (paths.stream().noneMatch(kept -> kept.startsWith(path))) {
        FileTree.delete(path);
      } else {
        matching(path, "*").forEach(this::deleteOthers);
      }
    }
  }

  private static List<Path> matching(Path directory, String pattern) {
    // Not a glob of the JDK: those give brackets and braces a meaning, too.
    String[] parts = pattern.split("\\*", -1);
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(entry -> matches(entry.getFileName().toString(), parts)).toList();
    } catch (IOException e) {
      throw new HostFailure("cannot list " + directory, e);
    }
  }

  private static boolean matches(String name, String[] parts) {
    if (parts.length == 1) {
      return name.equals(parts[0]);
    }
    int from = parts[0].length();
    int to = name.length() - parts[parts.length - 1].length();
    if (!name.startsWith(parts[0]) || !name.endsWith(parts[parts.length - 1]) || from > to) {
      return false;
    }
    for (int i = 1; i < parts.length - 1; i++) {
      int at = name.indexOf(parts[i], from);
      if (at < 0 || at + parts[i].length() > to) {
        return false;
      }
      from = at + parts[i].length();
    }
    return true;
  }

  private static void deleteFiles(Path directory, Kept stay) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList()) {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !stay.has(path)) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot empty " + directory, e);
    }
  }

  private static void makeOlder(Path file) {
    try {
      if (Files.exists(file)) {
        Files.setLastModifiedTime(file, LONG_AGO);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot set the time of " + file, e);
    }
  }

  private static void write(Path file) {
    try {
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new HostFailure("cannot empty " + file, e);
    }
  }
}
