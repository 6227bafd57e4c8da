package io.kairos.images;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.tar.TarEntry;
import io.kairos.formats.tar.TarEntry.Kind;
import io.kairos.images.MergedTree.Inode;
import io.kairos.images.MergedTree.Member;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The root file system that the layers of an image add up to, without unpacking it and without
 * root. Opening reads every layer once: it verifies size, digest and diff_id and remembers which
 * member of which layer wins. Content is read from the layers again each time, so files are best
 * taken together, with {@link #extract} or {@link #eachFile}.
 */
public final class Flattened implements Rootfs {
  private final List<TarSource> sources;
  private final ReadLimits limits;
  private final MergedTree tree;
  private final List<Member> members;

  private Flattened(
      List<TarSource> sources, ReadLimits limits, MergedTree tree, List<Member> members) {
    this.sources = sources;
    this.limits = limits;
    this.tree = tree;
    this.members = members;
  }

  /** Receives the regular files of a root file system. */
  @FunctionalInterface
  public interface FileConsumer {
    /**
     * @param file named by its path
     * @param content valid during the call; may be left unread
     */
    void accept(TarEntry file, InputStream content) throws IOException;
  }

  /**
   * @throws Refused when a layer is damaged, or has an entry that no honest image has
   */
  public static Flattened of(StoredImage image) {
    return of(image, ReadLimits.DEFAULT);
  }

  public static Flattened of(StoredImage image, ReadLimits limits) {
    return index(image.layers().stream().map(TarSource::of).toList(), limits);
  }

  /** One archive on its own, for example what mmdebstrap wrote; plain or compressed. */
  public static Flattened ofTar(Path tar) {
    return index(List.of(TarSource.of(tar)), ReadLimits.DEFAULT);
  }

  /**
   * This with one more layer on top.
   *
   * @param tar plain or compressed; names that begin with {@code .wh.} remove what is below
   */
  public Flattened with(Path tar) {
    List<TarSource> all = new ArrayList<>(sources);
    all.add(TarSource.of(tar));
    return index(all, limits);
  }

  private static Flattened index(List<TarSource> sources, ReadLimits limits) {
    var tree = new MergedTree();
    int entries = 0;
    for (int layer = 0; layer < sources.size(); layer++) {
      TarSource source = sources.get(layer);
      tree.startLayer(layer, source.name());
      try (LayerReader reader = LayerReader.open(source, limits)) {
        for (var entry = reader.tar().next(); entry.isPresent(); entry = reader.tar().next()) {
          if (++entries > limits.entries()) {
            throw new Refused(
                source.name() + ": more than " + limits.entries() + " entries",
                "do not trust this image: use another build");
          }
          tree.apply(entry.get());
        }
        reader.verify();
      } catch (IOException e) {
        throw source.failure(e);
      }
    }
    return new Flattened(sources, limits, tree, tree.members());
  }

  /**
   * Everything but the root directory, sorted by the octets of the path, which has no leading
   * slash. Hard links name an earlier entry.
   */
  public List<TarEntry> entries() {
    return members.stream().map(Member::entry).toList();
  }

  /** The root directory itself, with the empty name. */
  public TarEntry rootDirectory() {
    return tree.rootDirectory();
  }

  /** Sum of all files, hard links counted once. */
  public Bytes contentSize() {
    return Bytes.of(members.stream().mapToLong(member -> member.entry().size()).sum());
  }

  @Override
  public Optional<byte[]> read(String path) {
    var found = new TreeMap<String, byte[]>();
    visit(regularFile(path), (_, content) -> found.put(path, content.readAllBytes()));
    return Optional.ofNullable(found.get(path));
  }

  @Override
  public boolean exists(String path) {
    return tree.resolve(path).isPresent();
  }

  @Override
  public List<String> list(String directory) {
    return tree.list(directory);
  }

  @Override
  public Optional<String> realPath(String path) {
    return tree.realPath(path).map(real -> "/" + real);
  }

  /** What is at a path, links followed, for example to see its mode or size. */
  public Optional<TarEntry> find(String path) {
    return tree.resolve(path).map(Inode::entry);
  }

  /**
   * Copies the contents of files out, in one pass over the layers.
   *
   * @param targets path inside the image (links followed) to the file to write
   * @throws Refused naming the first path that is no file of the image
   */
  public void extract(Map<String, Path> targets) {
    var wanted = new IdentityHashMap<Inode, List<Path>>();
    targets.forEach(
        (path, target) -> {
          List<Inode> inode = regularFile(path);
          if (inode.isEmpty()) {
            throw new Refused("the image has no file " + path, "use an image that is complete");
          }
          wanted.computeIfAbsent(inode.getFirst(), _ -> new ArrayList<>()).add(target);
        });
    visitInodes(
        wanted.keySet(),
        (inode, content) -> {
          List<Path> copies = wanted.get(inode);
          try (OutputStream out = Files.newOutputStream(copies.getFirst())) {
            content.transferTo(out);
          }
          for (Path copy : copies.subList(1, copies.size())) {
            Files.copy(copies.getFirst(), copy);
          }
        });
  }

  /** Visits all files, each once however many names it has, in the order of the layers. */
  public void eachFile(FileConsumer consumer) {
    visit(inodesWithContent(), consumer);
  }

  private List<Inode> inodesWithContent() {
    return members.stream()
        .filter(member -> member.entry().kind() == Kind.FILE)
        .map(Member::inode)
        .toList();
  }

  private List<Inode> regularFile(String path) {
    return tree.resolve(path).filter(inode -> inode.entry().kind() == Kind.FILE).stream().toList();
  }

  private void visit(Collection<Inode> inodes, FileConsumer consumer) {
    var names = new IdentityHashMap<Inode, TarEntry>();
    members.forEach(member -> names.putIfAbsent(member.inode(), member.entry()));
    visitInodes(inodes, (inode, content) -> consumer.accept(names.get(inode), content));
  }

  /** Receives content by inode. */
  @FunctionalInterface
  private interface InodeConsumer {
    void accept(Inode inode, InputStream content) throws IOException;
  }

  private void visitInodes(Collection<Inode> inodes, InodeConsumer consumer) {
    var byLayer = new TreeMap<Integer, Map<Long, Inode>>();
    for (Inode inode : inodes) {
      byLayer.computeIfAbsent(inode.layer(), _ -> new HashMap<>()).put(inode.ordinal(), inode);
    }
    byLayer.forEach((layer, wanted) -> visitLayer(sources.get(layer), wanted, consumer));
  }

  private void visitLayer(TarSource source, Map<Long, Inode> wanted, InodeConsumer consumer) {
    int left = wanted.size();
    try (LayerReader reader = LayerReader.openTrusted(source, limits)) {
      for (long ordinal = 0; left > 0; ordinal++) {
        if (reader.tar().next().isEmpty()) {
          throw new HostFailure(source.file() + " changed while it was being read");
        }
        Inode inode = wanted.get(ordinal);
        if (inode != null) {
          consumer.accept(inode, reader.tar().content());
          left--;
        }
      }
    } catch (IOException e) {
      throw source.failure(e);
    }
  }
}
