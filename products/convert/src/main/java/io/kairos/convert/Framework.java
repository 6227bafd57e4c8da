package io.kairos.convert;

import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What conversion writes into every image: data under {@code framework.yaml} and {@code rootfs/}.
 *
 * @param groups in the order in which they are written
 */
public record Framework(List<Group> groups) {
  /**
   * Entries that belong together.
   *
   * @param name as kairos-init calls the step
   */
  public record Group(
      String name, List<Directory> directories, List<File> files, List<Link> links) {
    public Group {
      directories = List.copyOf(directories);
      files = List.copyOf(files);
      links = List.copyOf(links);
    }

    boolean isEmpty() {
      return directories.isEmpty() && files.isEmpty() && links.isEmpty();
    }
  }

  /** A directory; one that exists gets the mode. */
  public record Directory(String path, int mode) {}

  /** A file whose content is the resource of the same path below {@code rootfs}. */
  public record File(String path, int mode, Optional<String> only) {
    byte[] content() {
      return Resources.bytes("rootfs" + path);
    }
  }

  /** A symbolic link; its target is written as it stands. */
  public record Link(String path, String target, Optional<String> only) {}

  public Framework {
    groups = List.copyOf(groups);
  }

  public static Framework shipped() {
    var groups = new ArrayList<Group>();
    for (YamlMap.Entry entry : Resources.yaml("framework.yaml").entries()) {
      YamlMap group = asMap(entry.value());
      groups.add(
          new Group(
              entry.key(),
              group.list("directories").stream()
                  .map(Framework::asMap)
                  .map(map -> new Directory(text(map, "path"), mode(map)))
                  .toList(),
              group.list("files").stream()
                  .map(Framework::asMap)
                  .map(map -> new File(text(map, "path"), mode(map), map.text("only")))
                  .toList(),
              group.list("links").stream()
                  .map(Framework::asMap)
                  .map(map -> new Link(text(map, "path"), text(map, "target"), map.text("only")))
                  .toList()));
    }
    return new Framework(groups);
  }

  /** What of a group an image gets. */
  Group group(String name, RootFacts facts) {
    Group group =
        groups.stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no group " + name));
    return new Group(
        name,
        group.directories(),
        group.files().stream().filter(file -> facts.allow(file.only(), file.path())).toList(),
        group.links().stream().filter(link -> facts.allow(link.only(), link.path())).toList());
  }

  private static int mode(YamlMap map) {
    return Integer.parseInt(text(map, "mode"), 8);
  }

  private static YamlMap asMap(YamlNode node) {
    if (node instanceof YamlMap map) {
      return map;
    }
    throw new IllegalStateException(
        node.position() + ": expected a map, found " + node.described());
  }

  private static String text(YamlMap map, String key) {
    return map.text(key)
        .orElseThrow(() -> new IllegalStateException(map.position() + ": " + key + " is missing"));
  }
}
