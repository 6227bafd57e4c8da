package io.kairos.immucore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a kept folder follows a new image: what the last image put there, what this one has and what
 * the node has are compared, path by path. What nobody touched follows the image; what the node
 * changed or deleted stays that way.
 *
 * @param copies paths that the folder gets from the image, parents first
 * @param removals paths that go, children first; a folder only when it is empty
 * @param next what is known when that is done
 */
record SeedMerge(List<String> copies, List<String> removals, SeedManifest next) {

  /** The node's side. */
  interface Node {
    /** What is there now. */
    Optional<SeedEntry> at(String path);

    /** Part of the node's identity, which no image changes. */
    boolean isIdentity(String path);

    /** Of something that is there and in the image, when nothing is known of earlier images. */
    boolean isOlder(String path);
  }

  SeedMerge {
    copies = List.copyOf(copies);
    removals = List.copyOf(removals);
  }

  /**
   * @param base what is known of the image before; empty when nothing is
   * @param image what this image has, parents before children
   */
  static SeedMerge of(
      Optional<SeedManifest> base,
      Optional<String> system,
      SortedMap<String, SeedEntry> image,
      Node node) {
    return new Draft(base, image, node).merge(system);
  }

  private static final class Draft {
    private final boolean isKnown;
    private final Map<String, SeedEntry> before;
    private final Set<String> deletedBefore;
    private final Set<String> leaving;
    private final SortedMap<String, SeedEntry> image;
    private final Node node;
    private final List<String> copies = new ArrayList<>();
    private final List<String> removals = new ArrayList<>();
    private final SortedMap<String, SeedEntry> entries = new TreeMap<>();
    private final Set<String> deleted = new TreeSet<>();

    /** Folders of the image that are something else on the node: what is below is the node's. */
    private final Set<String> closed = new HashSet<>();

    Draft(Optional<SeedManifest> base, SortedMap<String, SeedEntry> image, Node node) {
      this.isKnown = base.isPresent();
      this.before = base.map(SeedManifest::entries).orElseGet(TreeMap::new);
      this.deletedBefore = base.map(SeedManifest::deleted).orElse(Set.of());
      this.leaving = base.map(SeedManifest::leaving).orElse(Set.of());
      this.image = image;
      this.node = node;
    }

    SeedMerge merge(Optional<String> system) {
      image.forEach(this::follow);
      new TreeSet<>(before.keySet())
          .descendingSet().stream().filter(path -> !image.containsKey(path)).forEach(this::drop);
      deletedBefore.stream().filter(path -> !image.containsKey(path)).forEach(deleted::add);
      return new SeedMerge(copies, removals, new SeedManifest(system, entries, deleted, Set.of()));
    }

    private void follow(String path, SeedEntry wanted) {
      entries.put(path, wanted);
      String parent = parent(path);
      if (closed.contains(parent)) {
        closed.add(path);
        return;
      }
      if (deleted.contains(parent)) {
        deleted.add(path);
        return;
      }
      Optional<SeedEntry> now = node.at(path);
      if (now.isEmpty()) {
        if (isDeletedByUser(path)) {
          deleted.add(path);
        } else {
          copies.add(path);
        }
        return;
      }
      boolean follows = !node.isIdentity(path) && isUntouched(path, now.get());
      if (follows && !now.get().equals(wanted)) {
        copies.add(path);
      } else if (wanted.isFolder() && !now.get().isFolder()) {
        closed.add(path);
      }
    }

    private boolean isDeletedByUser(String path) {
      return deletedBefore.contains(path) || (before.containsKey(path) && !leaving.contains(path));
    }

    private boolean isUntouched(String path, SeedEntry now) {
      return isKnown
          ? now.equals(before.get(path))
          : !now.isFolder() && !image.get(path).isFolder() && node.isOlder(path);
    }

    /** The image has it no longer. */
    private void drop(String path) {
      if (isBelowSomethingElse(path)) {
        return;
      }
      Optional<SeedEntry> now = node.at(path);
      if (now.isEmpty()) {
        if (isDeletedByUser(path)) {
          deleted.add(path);
        }
      } else if (now.get().equals(before.get(path)) && !node.isIdentity(path)) {
        removals.add(path);
      }
    }

    private boolean isBelowSomethingElse(String path) {
      for (String up = parent(path); !up.isEmpty(); up = parent(up)) {
        Optional<SeedEntry> folder = node.at(up);
        if (folder.isPresent() && !folder.get().isFolder()) {
          return true;
        }
      }
      return false;
    }

    private static String parent(String path) {
      int slash = path.lastIndexOf('/');
      return slash < 0 ? "" : path.substring(0, slash);
    }
  }
}
