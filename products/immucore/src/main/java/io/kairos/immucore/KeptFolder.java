package io.kairos.immucore;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder of the node that outlives its images: it is seeded from the image, and follows later
 * ones where nobody has changed it. See docs/decisions/0008.
 */
final class KeptFolder {
  private static final Duration COPY_DEADLINE = Duration.ofMinutes(10);
  private static final List<PathMatcher> IDENTITY =
      lines("identity.list").stream()
          .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
          .toList();
  private static final List<String> UPSTREAM = lines("upstream.list");

  private final Host host;
  private final String path;
  private final Path image;
  private final Path kept;
  private final Path manifest;
  private final Consumer<String> log;

  /**
   * @param path where the system has it, {@code /etc/ssh}
   * @param image what the image has there
   * @param kept where it is kept; exists
   * @param log hears what changes
   */
  KeptFolder(Host host, String path, Path image, Path kept, Consumer<String> log) {
    this.host = host;
    this.path = path;
    this.image = image;
    this.kept = kept;
    this.manifest = kept.resolveSibling(kept.getFileName() + ".seed.json");
    this.log = log;
  }

  /**
   * Brings it up to this image. A second boot of the same one costs the look at a small file.
   *
   * @param system what tells images apart; empty when nothing does
   * @param isNew whether nothing was kept there before, whatever an old manifest says
   */
  void follow(Optional<String> system, boolean isNew) throws IOException {
    Optional<SeedManifest> base = isNew ? Optional.empty() : read();
    if (system.isPresent() && base.flatMap(SeedManifest::system).equals(system)) {
      return;
    }
    SeedMerge merge = SeedMerge.of(base, system, tree(), new Kept());
    List<String> removals = new ArrayList<>(merge.removals());
    if (base.isEmpty()) {
      removals.addAll(leftByUpstream());
    }
    if (!removals.isEmpty()) {
      base.ifPresent(before -> write(before.leaving(new TreeSet<>(removals))));
      for (String removal : removals) {
        remove(removal);
      }
    }
    copy(merge.copies());
    if (!removals.isEmpty() || !merge.copies().isEmpty()) {
      host.kernel().sync(); // a manifest must not know files that a power cut takes back
    }
    if (base.isPresent() || !merge.next().isEmpty()) { // most folders are empty in an image
      write(merge.next());
    }
  }

  // ---- the three sides

  private SortedMap<String, SeedEntry> tree() throws IOException {
    SortedMap<String, SeedEntry> entries = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(image)) {
      for (Path entry : (Iterable<Path>) tree.skip(1)::iterator) {
        SeedEntry.at(entry)
            .ifPresent(found -> entries.put(image.relativize(entry).toString(), found));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return entries;
  }

  private final class Kept implements SeedMerge.Node {
    @Override
    public Optional<SeedEntry> at(String inside) {
      try {
        return SeedEntry.at(kept.resolve(inside));
      } catch (IOException e) {
        throw new HostFailure("cannot read " + kept.resolve(inside), e);
      }
    }

    @Override
    public boolean isIdentity(String inside) {
      Path absolute = Path.of(path).resolve(inside);
      return IDENTITY.stream().anyMatch(pattern -> pattern.matches(absolute));
    }

    /** In whole seconds: some file systems keep no more. */
    @Override
    public boolean isOlder(String inside) {
      return seconds(kept.resolve(inside)) < seconds(image.resolve(inside));
    }

    private static long seconds(Path file) {
      try {
        return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toMillis() / 1000;
      } catch (IOException e) {
        throw new HostFailure("cannot read " + file, e);
      }
    }
  }

  /** Of nodes whose earlier images left no manifest. */
  private List<String> leftByUpstream() {
    return UPSTREAM.stream()
        .filter(absolute -> absolute.startsWith(path + "/"))
        .map(absolute -> absolute.substring(path.length() + 1))
        .filter(inside -> exists(kept.resolve(inside)) && !exists(image.resolve(inside)))
        .toList();
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  // ---- changes

  private void remove(String inside) throws IOException {
    try {
      Files.deleteIfExists(kept.resolve(inside));
      log.accept("no longer kept, because the image has it no more: " + path + "/" + inside);
    } catch (DirectoryNotEmptyException e) {
      log.accept("kept, because something of the node is in it: " + path + "/" + inside);
    }
  }

  /** With ACLs and attributes; a folder in the place of what the image has is the node's. */
  private void copy(List<String> paths) {
    String names =
        paths.stream()
            .filter(inside -> !isInTheWay(inside))
            .map(inside -> "./" + inside + "\0")
            .collect(Collectors.joining());
    if (names.isEmpty()) {
      return;
    }
    host.run(
        Command.of("rsync", "-aqAX", "--ignore-times", "--from0", "--files-from=-")
            .with(image + "/", kept + "/")
            .stdin(names)
            .within(COPY_DEADLINE));
    log.accept("taken from the image: " + paths.size() + " entries of " + path);
  }

  /** An empty one makes room. */
  private boolean isInTheWay(String inside) {
    Path old = kept.resolve(inside);
    if (!Files.isDirectory(old, LinkOption.NOFOLLOW_LINKS)
        || Files.isDirectory(image.resolve(inside), LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      Files.delete(old);
      return false;
    } catch (DirectoryNotEmptyException e) {
      log.accept("kept, because something of the node is in it: " + path + "/" + inside);
      return true;
    } catch (IOException e) {
      throw new HostFailure("cannot replace " + old, e);
    }
  }

  // ---- the manifest

  /** One that nobody can read is none: the node then keeps what it has. */
  private Optional<SeedManifest> read() throws IOException {
    if (!Files.exists(manifest)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          SeedManifest.parse(manifest.getFileName().toString(), Files.readAllBytes(manifest)));
    } catch (InvalidConfig damaged) {
      log.accept(damaged.getMessage());
      return Optional.empty();
    }
  }

  private void write(SeedManifest now) {
    new DurableFile(host.kernel()).write(manifest, now.json(), "rw-------");
  }

  private static List<String> lines(String resource) {
    try (InputStream in = KeptFolder.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("resource " + resource + " cannot be read", e);
    }
  }
}
