package io.kairos.images;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a directory tree looked like at one moment, so that later only its changes are packed. Holds
 * facts, no contents: a change shows in st_ctime. File systems mounted below are not entered.
 */
public final class Snapshot {
  private final Map<String, FileFacts> facts;

  private Snapshot(Map<String, FileFacts> facts) {
    this.facts = facts;
  }

  public static Snapshot of(Path root) {
    return of(root, Set.of());
  }

  /**
   * @param excluded absolute paths inside the root that are left out with all below them
   */
  public static Snapshot of(Path root, Set<String> excluded) {
    FileNames.requireUtf8();
    var facts = new HashMap<String, FileFacts>();
    walk(root, "", FileFacts.of(root).fileSystem(), excluded, facts);
    return new Snapshot(facts);
  }

  private static void walk(
      Path directory,
      String prefix,
      long fileSystem,
      Set<String> excluded,
      Map<String, FileFacts> into) {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String path = prefix + child.getFileName();
        if (excluded.contains("/" + path)) {
          continue;
        }
        FileFacts facts = FileFacts.of(child);
        into.put(path, facts);
        if (facts.isDirectory() && facts.fileSystem() == fileSystem) {
          walk(child, path + "/", fileSystem, excluded, into);
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot list " + directory, e);
    }
  }

  /** By path without leading slash. */
  Map<String, FileFacts> facts() {
    return Collections.unmodifiableMap(facts);
  }
}
