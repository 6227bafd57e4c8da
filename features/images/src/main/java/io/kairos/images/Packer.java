package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.tar.Octets;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import io.kairos.formats.tar.TarWriter;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes the tar archive of a layer from a directory tree. The octets depend on the tree alone, not
 * on the order of its directories, the time or the machine: paths are sorted, owners are numbers,
 * times are whole seconds and not later than a given one. Sockets are left out, sparse files are
 * written in full, and file systems mounted inside the tree are not entered.
 */
public final class Packer {
  private static final String WHITEOUT = ".wh.";

  /** Labels and signatures of the machine that builds; overlayfs's own notes. */
  private static final Set<String> FOREIGN_ATTRIBUTES =
      Set.of("security.selinux", "security.ima", "security.evm");

  private final Kernel kernel;
  private final Instant latest;

  /**
   * @param latest no time in the archive is later ({@code SOURCE_DATE_EPOCH})
   */
  public Packer(Kernel kernel, Instant latest) {
    this.kernel = kernel;
    this.latest = latest;
  }

  /**
   * Packs a whole tree.
   *
   * @param excluded absolute paths inside the root that are left out with all below them
   */
  public void pack(Path root, Set<String> excluded, OutputStream out) {
    Snapshot now = Snapshot.of(root, excluded);
    write(root, now.facts(), now.facts().keySet(), out);
  }

  /**
   * Packs a whole tree into a file; a whole one or none.
   *
   * @param file replaced
   */
  public void archive(Path root, Path file) {
    Path whole = file.toAbsolutePath();
    Path partial = whole.resolveSibling("." + whole.getFileName() + ".partial");
    try {
      try {
        try (OutputStream out = Files.newOutputStream(partial)) {
          pack(root, Set.of(), out);
        }
        Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot archive " + root + " as " + file, e);
    }
  }

  /** Packs what was added, changed (with its metadata) or deleted since a snapshot. */
  public void packChanges(Snapshot before, Path root, Set<String> excluded, OutputStream out) {
    Map<String, FileFacts> now = Snapshot.of(root, excluded).facts();
    Set<String> members = new HashSet<>();
    now.forEach(
        (path, facts) -> {
          if (!facts.equals(before.facts().get(path))) {
            members.add(path);
          }
        });
    for (String path : before.facts().keySet()) {
      if (!now.containsKey(path) && !isExcluded(path, excluded) && isDirectory(parent(path), now)) {
        members.add(whiteout(path));
      }
    }
    write(root, now, members, out);
  }

  private static boolean isExcluded(String path, Set<String> excluded) {
    return excluded.stream()
        .anyMatch(e -> ("/" + path).equals(e) || ("/" + path).startsWith(e + "/"));
  }

  private static boolean isDirectory(String path, Map<String, FileFacts> facts) {
    return path.isEmpty() || (facts.containsKey(path) && facts.get(path).isDirectory());
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private static String whiteout(String path) {
    int name = path.lastIndexOf('/') + 1;
    return path.substring(0, name) + WHITEOUT + path.substring(name);
  }

  private void write(
      Path root, Map<String, FileFacts> facts, Collection<String> members, OutputStream out) {
    record Inode(long fileSystem, long number) {}
    var firstNames = new HashMap<Inode, String>();
    try (TarWriter tar = new TarWriter(out)) {
      for (String path : PathOrder.sorted(members, p -> p)) {
        FileFacts file = facts.get(path);
        if (file == null) {
          tar.add(TarEntry.file(path, 0644, 0));
          continue;
        }
        if (file.type() == FileFacts.S_IFSOCK) {
          continue;
        }
        if (path.startsWith(WHITEOUT, path.lastIndexOf('/') + 1)) {
          throw new Refused(
              root.resolve(path) + " cannot be part of a layer: its name means a deletion there",
              "rename or remove it");
        }
        String first =
            file.isDirectory()
                ? null
                : firstNames.putIfAbsent(new Inode(file.fileSystem(), file.inode()), path);
        add(tar, root.resolve(path), path, file, first);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot pack " + root, e);
    }
  }

  private void add(TarWriter tar, Path real, String path, FileFacts file, String firstName)
      throws IOException {
    TarEntry entry = entry(real, path, file);
    if (firstName != null) {
      tar.add(entry.asHardLinkTo(firstName));
    } else if (entry.kind() == Kind.FILE) {
      try (InputStream content = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
        tar.add(entry, content);
      }
    } else {
      tar.add(entry);
    }
  }

  private TarEntry entry(Path real, String path, FileFacts file) throws IOException {
    Kind kind =
        switch (file.type()) {
          case FileFacts.S_IFREG -> Kind.FILE;
          case FileFacts.S_IFDIR -> Kind.DIRECTORY;
          case FileFacts.S_IFLNK -> Kind.SYMLINK;
          case FileFacts.S_IFCHR -> Kind.CHARACTER_DEVICE;
          case FileFacts.S_IFBLK -> Kind.BLOCK_DEVICE;
          case FileFacts.S_IFIFO -> Kind.FIFO;
          default -> throw new IOException(real + " has an unknown type");
        };
    long seconds = Math.min(file.modified().toInstant().getEpochSecond(), latest.getEpochSecond());
    return new TarEntry(
        path,
        kind,
        file.permissions(),
        Integer.toUnsignedLong(file.uid()),
        Integer.toUnsignedLong(file.gid()),
        Instant.ofEpochSecond(seconds),
        kind == Kind.FILE ? file.size() : 0,
        kind == Kind.SYMLINK ? Files.readSymbolicLink(real).toString() : "",
        kind.isDevice() ? file.deviceMajor() : 0,
        kind.isDevice() ? file.deviceMinor() : 0,
        attributes(real));
  }

  private SortedMap<String, Octets> attributes(Path real) {
    var attributes = new TreeMap<String, Octets>();
    kernel
        .extendedAttributes(real)
        .forEach(
            (name, value) -> {
              if (!FOREIGN_ATTRIBUTES.contains(name) && !name.contains(".overlay.")) {
                attributes.put(name, Octets.of(value));
              }
            });
    return attributes;
  }
}
