package io.kairos.images;

import io.kairos.base.Refused;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is left of a stack of archives (OCI image-spec, layer.md), in memory. Because it is a tree
 * of names below one root, whatever is later made from it cannot lead outside; entries that try are
 * refused here. Members are applied in the order of the archives. Not for concurrent use.
 */
final class MergedTree {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String AUFS = ".wh..wh.";

  /** Limits of Linux (limits.h). */
  private static final int NAME_MAX = 255;

  private static final int PATH_MAX = 4096;
  private static final int MAX_LINKS = 40;

  private final Node root = new Node("", null);
  private String source = "";
  private int layer;
  private long ordinal;
  private TarEntry current = TarEntry.directory("", 0755);

  /**
   * What a name stands for; hard links share one.
   *
   * @param entry as its archive has it
   * @param layer index of that archive
   * @param ordinal which member of that archive
   */
  record Inode(TarEntry entry, int layer, long ordinal) {}

  private static final class Node {
    final String name;
    final Node parent;
    final Map<String, Node> children = new TreeMap<>();
    Inode inode;

    /** The last layer that had an entry for this name. */
    int layer;

    Node(String name, Node parent) {
      this.name = name;
      this.parent = parent;
      this.inode = new Inode(TarEntry.directory(name, 0755), 0, -1);
    }

    boolean is(Kind kind) {
      return inode.entry.kind() == kind;
    }

    String path() {
      return parent == null || parent.parent == null ? name : parent.path() + "/" + name;
    }
  }

  /** The next archive of the stack begins. */
  void startLayer(int index, String name) {
    layer = index;
    source = name;
    ordinal = -1;
  }

  /** Takes the next member of the archive. */
  void apply(TarEntry entry) {
    ordinal++;
    current = entry;
    List<String> path = components(entry.name(), "its name");
    if (path.isEmpty()) {
      if (entry.kind() != Kind.DIRECTORY) {
        throw refused("replaces the root by a " + entry.kind());
      }
      root.inode = new Inode(entry, layer, ordinal);
      root.layer = layer;
      return;
    }
    String name = path.getLast();
    List<String> parents = path.subList(0, path.size() - 1);
    if (name.startsWith(WHITEOUT)) {
      whiteout(parents, name);
    } else if (entry.kind() == Kind.HARD_LINK) {
      Node target = linkTarget();
      place(directory(parents), name, target.inode);
    } else {
      place(directory(parents), name, new Inode(entry, layer, ordinal));
    }
  }

  private void place(Node parent, String name, Inode inode) {
    Node old = parent.children.get(name);
    boolean merges = old != null && old.is(Kind.DIRECTORY) && inode.entry.kind() == Kind.DIRECTORY;
    if (merges) {
      old.inode = inode;
      old.layer = layer;
      return;
    }
    if (old != null && hasChildOfThisLayer(old)) {
      throw refused("replaces a directory that the same archive has filled");
    }
    if (old != null && old.inode.equals(inode)) {
      throw refused("is a hard link to itself");
    }
    Node node = new Node(name, parent);
    node.inode = inode;
    node.layer = layer;
    parent.children.put(name, node);
  }

  private boolean hasChildOfThisLayer(Node node) {
    for (Node child : node.children.values()) {
      if (child.layer == layer || hasChildOfThisLayer(child)) {
        return true;
      }
    }
    return false;
  }

  private void whiteout(List<String> parents, String name) {
    Optional<Node> parent = existingDirectory(parents);
    if (name.equals(OPAQUE)) {
      parent.ifPresent(this::removeLower);
      return;
    }
    if (name.startsWith(AUFS)) {
      return; // bookkeeping of aufs, which some old images still carry
    }
    String removed = name.substring(WHITEOUT.length());
    if (removed.isEmpty() || removed.equals(".") || removed.equals("..")) {
      throw refused("is a whiteout of '" + removed + "'");
    }
    parent
        .map(node -> node.children.get(removed))
        .ifPresent(
            node -> {
              removeLower(node);
              if (node.layer < layer && node.children.isEmpty()) {
                node.parent.children.remove(removed);
              }
            });
  }

  /** Removes what lower layers put below a directory. */
  private void removeLower(Node directory) {
    directory
        .children
        .values()
        .removeIf(
            child -> {
              removeLower(child);
              return child.layer < layer && child.children.isEmpty();
            });
  }

  private Node linkTarget() {
    String target = current.linkTarget();
    Node node = root;
    for (String name : components(target, "its target")) {
      if (node.is(Kind.SYMLINK)) {
        throw refused("is a hard link that leads through the symbolic link " + node.path());
      }
      node = node.children.get(name);
      if (node == null) {
        throw refused("is a hard link to " + target + ", which does not exist");
      }
    }
    if (node.is(Kind.DIRECTORY)) {
      throw refused("is a hard link to the directory " + target);
    }
    return node;
  }

  /** The directory of that path, made if it is missing. */
  private Node directory(List<String> path) {
    Node node = root;
    for (String name : path) {
      Node child = node.children.get(name);
      if (child == null) {
        child = new Node(name, node);
        child.inode = new Inode(implicitDirectory(name), layer, -1);
        child.layer = layer;
        node.children.put(name, child);
      }
      node = requireDirectory(child);
    }
    return node;
  }

  private TarEntry implicitDirectory(String name) {
    return TarEntry.directory(name, 0755).modifiedAt(current.modified());
  }

  private Optional<Node> existingDirectory(List<String> path) {
    Node node = root;
    for (String name : path) {
      Node child = node.children.get(name);
      if (child == null) {
        return Optional.empty();
      }
      node = requireDirectory(child);
    }
    return Optional.of(node);
  }

  /**
   * Links of lower layers are followed, because images hold paths below {@code /lib} or {@code
   * /var/run}; a link that the same archive planted is an attack.
   */
  private Node requireDirectory(Node node) {
    if (node.is(Kind.SYMLINK)) {
      String link = node.path() + " -> " + node.inode.entry.linkTarget();
      if (node.layer == layer) {
        throw refused("leads through the symbolic link " + link + " of the same archive");
      }
      return follow(node, true)
          .filter(target -> target.is(Kind.DIRECTORY))
          .orElseThrow(
              () -> refused("leads through the symbolic link " + link + ", outside or nowhere"));
    }
    if (!node.is(Kind.DIRECTORY)) {
      throw refused("lies below " + node.path() + ", which is no directory");
    }
    return node;
  }

  /** What a path leads to when links are followed inside the root. */
  private Optional<Node> resolve(Node start, String path, boolean strict) {
    Deque<String> pending = new ArrayDeque<>(List.of(path.split("/")));
    Node node = path.startsWith("/") ? root : start;
    int links = 0;
    while (!pending.isEmpty()) {
      String name = pending.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (node.parent == null && strict) {
          return Optional.empty();
        }
        node = node.parent == null ? node : node.parent;
        continue;
      }
      Node child = node.children.get(name);
      if (child == null) {
        return Optional.empty();
      }
      if (!child.is(Kind.SYMLINK)) {
        node = child;
        continue;
      }
      if (++links > MAX_LINKS) {
        return Optional.empty();
      }
      String target = child.inode.entry.linkTarget();
      node = target.startsWith("/") ? root : node;
      String[] parts = target.split("/");
      for (int i = parts.length - 1; i >= 0; i--) {
        pending.push(parts[i]);
      }
    }
    return Optional.of(node);
  }

  private Optional<Node> follow(Node link, boolean strict) {
    return resolve(link.parent, link.inode.entry.linkTarget(), strict);
  }

  private List<String> components(String path, String what) {
    if (path.startsWith("/")) {
      throw refused(what + " is absolute: " + path);
    }
    if (path.length() >= PATH_MAX) {
      throw refused(what + " is longer than " + PATH_MAX);
    }
    var names = new ArrayList<String>();
    for (String name : path.split("/")) {
      if (name.equals("..")) {
        throw refused(what + " climbs with '..': " + path);
      }
      if (name.length() > NAME_MAX / 4 && name.getBytes(StandardCharsets.UTF_8).length > NAME_MAX) {
        throw refused(what + " has a component longer than " + NAME_MAX);
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return names;
  }

  private Refused refused(String what) {
    String name = current.name();
    String shown = name.length() > 200 ? name.substring(0, 200) + "…" : name;
    return new Refused(
        source + ": entry '" + shown + "' " + what, "do not trust this image: use another build");
  }

  /** The member behind a path, links followed inside the root. */
  Optional<Inode> resolve(String path) {
    return resolve(root, path, false).map(node -> node.inode);
  }

  /** Where a path leads when links are followed inside the root. */
  Optional<String> realPath(String path) {
    return resolve(root, path, false).map(Node::path);
  }

  /** Names in a directory, sorted; empty when it is none. */
  List<String> list(String path) {
    return resolve(root, path, false)
        .map(node -> List.copyOf(node.children.keySet()))
        .orElse(List.of());
  }

  TarEntry rootDirectory() {
    return root.inode.entry.named("");
  }

  /**
   * A path of the result.
   *
   * @param entry named by its path; a hard link when an earlier path has the same inode
   * @param inode what it stands for
   */
  record Member(TarEntry entry, Inode inode) {}

  /** All but the root, sorted by the octets of the path; the first name of an inode is its file. */
  List<Member> members() {
    var nodes = new ArrayList<Map.Entry<String, Node>>();
    collect(root, "", nodes);
    var first = new IdentityHashMap<Inode, String>();
    var members = new ArrayList<Member>(nodes.size());
    for (var named : PathOrder.sorted(nodes, Map.Entry::getKey)) {
      Inode inode = named.getValue().inode;
      TarEntry entry = inode.entry.named(named.getKey());
      String earlier =
          entry.kind() == Kind.DIRECTORY ? null : first.putIfAbsent(inode, entry.name());
      members.add(new Member(earlier == null ? entry : entry.asHardLinkTo(earlier), inode));
    }
    return members;
  }

  private static void collect(Node node, String prefix, List<Map.Entry<String, Node>> into) {
    for (Node child : node.children.values()) {
      String path = prefix + child.name;
      into.add(Map.entry(path, child));
      collect(child, path + "/", into);
    }
  }
}
