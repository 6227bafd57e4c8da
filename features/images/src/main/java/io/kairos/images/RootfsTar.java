package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.formats.tar.Octets;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import io.kairos.formats.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A root file system as one tar stream, for {@code mksquashfs - out -tar}: the same octets for the
 * same image. First come the directories, then links and devices, then files in the order of the
 * layers, hard links last, so that nothing is named before it exists. Sockets do not exist in tar;
 * the root directory is left to options of the reader. Not for concurrent use.
 */
public final class RootfsTar {
  /** What squashfs can store (linux/fs/squashfs/squashfs_fs.h). */
  private static final Set<String> NAMESPACES = Set.of("user", "trusted", "security");

  private final Flattened image;
  private final Map<String, TarEntry> added = new TreeMap<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private final List<String> removed = new ArrayList<>();
  private final Map<String, TarEntry> originals = new HashMap<>();

  /** Names of files that are gone, and the hard link that takes the content over. */
  private final Map<String, String> heirs = new HashMap<>();

  private Optional<Instant> latest = Optional.empty();

  public RootfsTar(Flattened image) {
    this.image = image;
  }

  /** No time is later than this ({@code SOURCE_DATE_EPOCH}). */
  public RootfsTar clampedTo(Instant time) {
    latest = Optional.of(time);
    return this;
  }

  /** Adds a directory of root, or changes the mode of one. */
  public RootfsTar addDirectory(String path, int mode) {
    return add(TarEntry.directory(relative(path), mode));
  }

  /** Adds or replaces a file of root. */
  public RootfsTar addFile(String path, int mode, byte[] content) {
    contents.put(relative(path), content.clone());
    return add(TarEntry.file(relative(path), mode, content.length));
  }

  /** Adds or replaces a symbolic link. */
  public RootfsTar addSymlink(String path, String target) {
    return add(TarEntry.symlink(relative(path), target));
  }

  /** Leaves out a path and what is below it. */
  public RootfsTar remove(String path) {
    removed.add(relative(path));
    return this;
  }

  private RootfsTar add(TarEntry entry) {
    added.put(entry.name(), latest.map(entry::modifiedAt).orElse(entry));
    return this;
  }

  private static String relative(String path) {
    if (!path.matches("(/[^/]+)+") || path.matches(".*/\\.\\.?(/.*|$)")) {
      throw new IllegalArgumentException("not an absolute, plain path: " + path);
    }
    return path.substring(1);
  }

  public void writeTo(OutputStream out) {
    List<TarEntry> entries = merged();
    try {
      var buffered = new BufferedOutputStream(out, 1 << 17);
      try (TarWriter tar = new TarWriter(buffered)) {
        write(tar, entries);
      }
      buffered.flush();
    } catch (IOException e) {
      throw new HostFailure("cannot write the root file system as tar", e);
    }
  }

  private void write(TarWriter tar, List<TarEntry> entries) throws IOException {
    Map<String, TarEntry> files = new HashMap<>();
    for (TarEntry entry : entries) {
      switch (entry.kind()) {
        case DIRECTORY -> tar.add(entry);
        case FILE -> files.put(entry.name(), entry);
        default -> {}
      }
    }
    for (TarEntry entry : entries) {
      if (entry.kind() != Kind.DIRECTORY
          && entry.kind() != Kind.FILE
          && entry.kind() != Kind.HARD_LINK) {
        tar.add(entry);
      }
    }
    for (TarEntry entry : added.values()) {
      if (entry.kind() == Kind.FILE) {
        tar.add(files.remove(entry.name()), new ByteArrayInputStream(contents.get(entry.name())));
      }
    }
    image.eachFile(
        (file, content) -> {
          TarEntry entry = files.remove(heirs.getOrDefault(file.name(), file.name()));
          if (entry != null) {
            tar.add(entry, content);
          }
        });
    for (TarEntry entry : entries) {
      if (entry.kind() == Kind.HARD_LINK) {
        tar.add(entry);
      }
    }
  }

  /** Entries of the image with the changes, sorted by path. */
  private List<TarEntry> merged() {
    var names = new HashMap<String, TarEntry>();
    for (TarEntry entry : image.entries()) {
      originals.put(entry.name(), entry);
      if (!isRemoved(entry.name())) {
        names.put(entry.name(), entry);
      }
    }
    keepContentOfLinks(names);
    added.forEach(
        (name, entry) -> {
          addParents(name, names);
          TarEntry old = names.get(name);
          boolean keepsOwner = old != null && old.kind() == entry.kind();
          names.put(name, keepsOwner ? entry.ownedBy(old.uid(), old.gid()) : entry);
        });
    return PathOrder.sorted(names.values(), TarEntry::name).stream().map(this::storable).toList();
  }

  private void addParents(String name, Map<String, TarEntry> names) {
    for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      String parent = name.substring(0, slash);
      TarEntry entry =
          names.computeIfAbsent(
              parent,
              path -> {
                TarEntry directory = TarEntry.directory(path, 0755);
                return latest.map(directory::modifiedAt).orElse(directory);
              });
      if (entry.kind() != Kind.DIRECTORY) {
        throw new IllegalArgumentException(
            "/" + name + " cannot be added: /" + parent + " is a " + entry.kind());
      }
    }
  }

  private boolean isRemoved(String name) {
    for (String path : removed) {
      if (name.equals(path) || name.startsWith(path + "/")) {
        return true;
      }
    }
    return false;
  }

  /** A file whose first name was removed or replaced lives on under its other names. */
  private void keepContentOfLinks(Map<String, TarEntry> names) {
    for (TarEntry entry : image.entries()) {
      String target = entry.linkTarget();
      boolean orphaned =
          entry.kind() == Kind.HARD_LINK
              && (!names.containsKey(target) || added.containsKey(target));
      if (!orphaned || !names.containsKey(entry.name()) || added.containsKey(entry.name())) {
        continue;
      }
      String heir = heirs.putIfAbsent(target, entry.name());
      names.put(
          entry.name(),
          heir == null ? originals.get(target).named(entry.name()) : entry.asHardLinkTo(heir));
    }
  }

  private TarEntry storable(TarEntry entry) {
    TarEntry clamped =
        latest.filter(entry.modified()::isAfter).map(entry::modifiedAt).orElse(entry);
    if (clamped.attributes().isEmpty()) {
      return clamped;
    }
    SortedMap<String, Octets> kept = new TreeMap<>(clamped.attributes());
    kept.keySet()
        .removeIf(name -> !NAMESPACES.contains(name.substring(0, Math.max(0, name.indexOf('.')))));
    return clamped.withAttributes(kept);
  }
}
