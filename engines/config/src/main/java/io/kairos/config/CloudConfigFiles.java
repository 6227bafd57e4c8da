package io.kairos.config;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where configs lie on a machine. */
public final class CloudConfigFiles {
  private static final List<String> HEADERS =
      List.of("#cloud-config", "#kairos-config", "#node-config");

  /** Of any document, in octets; YAML ends before that, and it protects the memory. */
  public static final int LARGEST = 16 << 20;

  private CloudConfigFiles() {}

  /**
   * All regular files below a directory: folders entered in place, by the byte order of their
   * names. Linked folders are not entered, but the directory itself may be one where its name ends
   * with a slash, as for the kernel; what is missing or unreadable is left out.
   *
   * @return paths of the host, such as {@code /oem/90_custom.yaml}
   */
  public static List<String> below(Host host, String directory) {
    List<String> files = new ArrayList<>();
    try {
      String name = withoutSlash(directory);
      collect(host, name, name.equals(directory) ? host.path(name) : host.resolved(name), files);
    } catch (HostFailure noPath) {
      return List.of();
    }
    return files;
  }

  /** The name of a directory, however many slashes it was given with. */
  public static String withoutSlash(String path) {
    return path.length() > 1 && path.endsWith("/")
        ? withoutSlash(path.substring(0, path.length() - 1))
        : path;
  }

  private static void collect(Host host, String directory, Path real, List<String> files) {
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
      if (Files.isDirectory(real.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        collect(host, path, real.resolve(name), files);
      } else if (isFile(host, path)) {
        files.add(path);
      }
    }
  }

  /** Pipes and devices are none: whoever reads them may wait for ever. */
  private static boolean isFile(Host host, String path) {
    try {
      return Files.isRegularFile(host.resolved(path));
    } catch (HostFailure circle) {
      return false;
    }
  }

  public static boolean isYaml(String path) {
    return path.endsWith(".yaml") || path.endsWith(".yml");
  }

  /**
   * @throws HostFailure when it cannot be read, or is larger than any document
   */
  public static String read(Host host, String path) {
    try (InputStream in = Files.newInputStream(host.resolved(path))) {
      return read(in, path);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + path, e);
    }
  }

  /**
   * A whole stream as a text.
   *
   * @param source what messages call it
   * @throws HostFailure when it is larger than any document
   */
  public static String read(InputStream in, String source) throws IOException {
    byte[] octets = in.readNBytes(LARGEST + 1);
    if (octets.length > LARGEST) {
      throw new HostFailure(source + " is larger than " + (LARGEST >> 20) + " MiB");
    }
    // malformed bytes become U+FFFD and are reported by the parser, with their place
    return new String(octets, StandardCharsets.UTF_8);
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
