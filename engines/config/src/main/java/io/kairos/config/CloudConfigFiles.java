package io.kairos.config;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where configs lie on a machine. */
public final class CloudConfigFiles {
  private static final List<String> HEADERS =
      List.of("#cloud-config", "#kairos-config", "#node-config");

  private CloudConfigFiles() {}

  /**
   * All files below a directory, folders entered in place, by the byte order of their names. Linked
   * folders are not entered; what is missing or unreadable is left out.
   *
   * @return paths of the host, such as {@code /oem/90_custom.yaml}
   */
  public static List<String> below(Host host, String directory) {
    List<String> files = new ArrayList<>();
    collect(host, directory.length() > 1 ? stripSlash(directory) : directory, files);
    return files;
  }

  private static String stripSlash(String path) {
    return path.endsWith("/") ? stripSlash(path.substring(0, path.length() - 1)) : path;
  }

  private static void collect(Host host, String directory, List<String> files) {
    Path real = host.path(directory);
    if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(real)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException unreadable) {
      return;
    }
    names.sort(null);
    for (String name : names) {
      String path = directory.equals("/") ? "/" + name : directory + "/" + name;
      if (Files.isDirectory(host.path(path), LinkOption.NOFOLLOW_LINKS)) {
        collect(host, path, files);
      } else if (!Files.isDirectory(host.resolved(path))) {
        files.add(path);
      }
    }
  }

  public static boolean isYaml(String path) {
    return path.endsWith(".yaml") || path.endsWith(".yml");
  }

  /**
   * @throws HostFailure when it cannot be read
   */
  public static String read(Host host, String path) {
    try {
      // malformed bytes become U+FFFD and are reported by the parser, with their place
      return new String(
          Files.readAllBytes(host.resolved(path)), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + path, e);
    }
  }

  /** Whether a header is the very first line, as {@code validate} wants it. */
  public static boolean beginsWithHeader(String text) {
    return HEADERS.contains(text.split("\n", 2)[0].stripTrailing());
  }

  /** Whether one of the first ten lines is a header; the tenth counts only as the last one. */
  public static boolean hasHeader(String text) {
    String[] lines = text.split("\n", 10);
    for (String line : lines) {
      if (line.startsWith("#") && HEADERS.contains(line.stripTrailing())) {
        return true;
      }
    }
    return false;
  }
}
