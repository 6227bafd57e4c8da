package io.kairos.boot;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Where distributions keep the parts of GRUB and its shim: {@code loaders.conf}, and a search. */
final class LoaderFiles {
  private static final Map<String, List<String>> CANDIDATES = read();

  private final Host image;

  /**
   * @param image the system whose boot loader is installed; links stay inside it
   */
  LoaderFiles(Host image) {
    this.image = image;
  }

  static List<String> candidates(String section) {
    return CANDIDATES.getOrDefault(section, List.of());
  }

  /** The first candidate that is a file of the image. */
  Optional<String> first(String section) {
    return candidates(section).stream()
        .filter(candidate -> Files.isRegularFile(below(candidate)))
        .findFirst();
  }

  Path below(String absolute) {
    return image.resolved(absolute);
  }

  boolean hasProgram(String absolute) {
    return image.hasProgram(absolute);
  }

  /** The path of a found file as the image itself sees it. */
  String inside(Path found) {
    return "/" + image.path("/").relativize(found);
  }

  /** A file by its name and a part of its path, in the usual folders first, then anywhere. */
  Optional<Path> find(String name, String pathPart) {
    for (String folder : candidates("any.folders")) {
      Optional<Path> found = find(below(folder), name, pathPart);
      if (found.isPresent()) {
        return found;
      }
    }
    return find(image.path("/"), name, pathPart);
  }

  private Optional<Path> find(Path folder, String name, String pathPart) {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    var found = new ArrayList<Path>();
    Predicate<Path> wanted =
        file -> file.getFileName().toString().equals(name) && inside(file).contains(pathPart);
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && wanted.test(file)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new HostFailure("cannot search " + folder, e);
    }
    return found.stream().sorted().findFirst();
  }

  private static Map<String, List<String>> read() {
    var sections = new LinkedHashMap<String, List<String>>();
    List<String> section = new ArrayList<>();
    for (String line : resource("loaders.conf").lines().toList()) {
      if (line.startsWith("[")) {
        section = new ArrayList<>();
        sections.put(line.substring(1, line.indexOf(']')), section);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        section.add(line.strip());
      }
    }
    return sections;
  }

  static String resource(String name) {
    try (InputStream in = LoaderFiles.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("resource " + name + " cannot be read", e);
    }
  }
}
