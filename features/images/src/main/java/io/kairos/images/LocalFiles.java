package io.kairos.images;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds files of an image in trees that are here: first at their own path, then anywhere where a
 * file has the same size. Equal means an equal digest, so a tree may be anything: a slot, another
 * image, a directory that somebody has changed.
 */
final class LocalFiles {
  private static final Logger LOG = System.getLogger(LocalFiles.class.getName());

  /** Below this a search by size would hash much and save little. */
  private static final long WORTH_SEARCHING = 32 << 10;

  private final List<Path> trees;
  private final Map<Path, Digest> hashed = new ConcurrentHashMap<>();

  LocalFiles(List<Path> trees) {
    this.trees = List.copyOf(trees);
  }

  /**
   * Hashing is all that it does, so it is done on all processors.
   *
   * @return where the octets of those that were found are, by their digest
   */
  synchronized Map<Digest, Path> find(List<ChunkedToc.Entry> wanted) throws IOException {
    Map<Digest, Path> found = new ConcurrentHashMap<>();
    var next = new AtomicInteger();
    int workers = Runtime.getRuntime().availableProcessors();
    Parallel.all(
        workers,
        "cannot look for files that are here",
        Collections.nCopies(
            workers,
            () -> {
              byte[] buffer = newBuffer();
              for (int i = next.getAndIncrement(); i < wanted.size(); i = next.getAndIncrement()) {
                ChunkedToc.Entry file = wanted.get(i);
                if (!found.containsKey(file.digest())) {
                  atItsPath(file, buffer).ifPresent(path -> found.put(file.digest(), path));
                }
              }
              return null;
            }));
    List<ChunkedToc.Entry> missing =
        wanted.stream()
            .filter(f -> !found.containsKey(f.digest()) && f.size() >= WORTH_SEARCHING)
            .toList();
    if (!missing.isEmpty() && !trees.isEmpty()) {
      elsewhere(missing, found);
    }
    return found;
  }

  private static byte[] newBuffer() {
    return new byte[1 << 17];
  }

  private Optional<Path> atItsPath(ChunkedToc.Entry file, byte[] buffer) {
    for (Path tree : trees) {
      try {
        Path path = tree.resolve(file.name().replaceFirst("^(\\./|/)+", ""));
        if (isSame(path, file, buffer)) {
          return Optional.of(path);
        }
      } catch (InvalidPathException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean isSame(Path path, ChunkedToc.Entry file, byte[] buffer) {
    try {
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
          || Files.size(path) != file.size()) {
        return false;
      }
      Digest known = hashed.get(path);
      if (known == null || !known.algorithm().equals(file.digest().algorithm())) {
        known = ImageStore.hash(path, file.digest(), buffer);
        hashed.put(path, known);
      }
      return known.equals(file.digest());
    } catch (IOException e) {
      return false; // what cannot be read here is fetched
    }
  }

  private void elsewhere(List<ChunkedToc.Entry> missing, Map<Digest, Path> found) {
    Set<Long> sizes = new HashSet<>();
    missing.forEach(file -> sizes.add(file.size()));
    Map<Long, List<Path>> bySize = new HashMap<>();
    for (Path tree : trees) {
      if (Files.isDirectory(tree)) {
        collect(tree, FileFacts.of(tree).fileSystem(), sizes, bySize);
      }
    }
    byte[] buffer = newBuffer();
    for (ChunkedToc.Entry file : missing) {
      for (Path path : bySize.getOrDefault(file.size(), List.of())) {
        if (isSame(path, file, buffer)) {
          found.put(file.digest(), path);
          break;
        }
      }
    }
  }

  private static void collect(
      Path directory, long fileSystem, Set<Long> sizes, Map<Long, List<Path>> into) {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        FileFacts facts = FileFacts.of(child);
        if (facts.isDirectory()) {
          if (facts.fileSystem() == fileSystem) {
            collect(child, fileSystem, sizes, into);
          }
        } else if (facts.type() == FileFacts.S_IFREG && sizes.contains(facts.size())) {
          into.computeIfAbsent(facts.size(), _ -> new ArrayList<>()).add(child);
        }
      }
    } catch (IOException | HostFailure e) {
      // a slot that is damaged must not stand in the way of the next one
      LOG.log(Level.WARNING, "files of {0} are not reused: {1}", directory, e.getMessage());
    }
  }
}
