package io.kairos.boot;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Images that systemd lays over a node's file system (systemd-sysext(8), systemd-confext(8)), and
 * where the node keeps them: all of them in the store, links to those that a boot loads in a folder
 * of the store for each {@link ExtensionProfile}.
 */
public enum ExtensionKind {
  /** Over {@code /usr} and {@code /opt}. */
  SYSEXT("sysext", "extensions", "system extension"),
  /** Over {@code /etc}. */
  CONFEXT("confext", "confexts", "configuration extension");

  /** How the name of an image has to end. */
  public static final String ENDING = ".raw";

  private final String word;
  private final String folder;
  private final String noun;

  ExtensionKind(String word, String folder, String noun) {
    this.word = word;
    this.folder = folder;
    this.noun = noun;
  }

  /** As commands call it: {@code sysext}. */
  public String word() {
    return word;
  }

  /** As people call it. */
  public String noun() {
    return noun;
  }

  /** The program that merges them, and the unit that runs it. */
  public String service() {
    return "systemd-" + word;
  }

  /** Kept on the persistent partition. */
  public String store() {
    return "/var/lib/kairos/" + folder;
  }

  /** Where systemd looks for what this boot loads. */
  public String runtime() {
    return "/run/" + folder;
  }

  /** The folder of a profile's links. */
  public String enabledFolder(ExtensionProfile profile) {
    return store() + "/" + profile.word();
  }

  /** Whether a file of that name is an extension. */
  public static boolean isName(String name) {
    return name.endsWith(ENDING)
        && name.length() > ENDING.length()
        && !name.startsWith(".")
        && name.chars().noneMatch(c -> c == '/' || Character.isISOControl(c));
  }

  /**
   * What is enabled for a profile, by name.
   *
   * @param system whose store it is
   */
  public List<String> enabled(Host system, ExtensionProfile profile) {
    return names(system.resolved(enabledFolder(profile)));
  }

  /**
   * What a boot with these profiles loads: where {@link #runtime} has to lead, by name. The first
   * profile that enables a name counts.
   *
   * @param system whose store it is; the paths are its own
   */
  public Map<String, String> loaded(Host system, List<ExtensionProfile> profiles) {
    Map<String, String> paths = new TreeMap<>();
    for (ExtensionProfile profile : profiles) {
      for (String name : enabled(system, profile)) {
        paths.putIfAbsent(name, enabledFolder(profile) + "/" + name);
      }
    }
    return paths;
  }

  /**
   * The extensions and links to them in a folder, sorted; none when there is no such folder.
   *
   * @throws HostFailure when it cannot be read
   */
  public static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (isName(name) && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot list " + folder, e);
    }
    names.sort(null);
    return names;
  }
}
