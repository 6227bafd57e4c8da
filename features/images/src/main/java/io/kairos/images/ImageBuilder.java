package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.formats.json.Json;
import io.kairos.host.FileTree;
import io.kairos.host.Kernel;
import io.kairos.images.BlobWriter.Layer;
import io.kairos.images.ImageConfig.History;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes an OCI layout with one image. Everything is written beside the target and flushed; {@link
 * #commit} renames it into place, so that the target is complete or as it was. The same layers and
 * settings give the same octets. Closing without a commit leaves nothing behind. Not for concurrent
 * use.
 */
public final class ImageBuilder implements AutoCloseable {
  private static final String LAYOUT_VERSION = "1.0.0";

  private final Path target;
  private final Path aside;
  private final Kernel kernel;
  private final Platform platform;
  private final Instant created;
  private final LayerCompression compression;
  private final BlobWriter blobs;
  private final List<Layer> layers = new ArrayList<>();
  private final List<History> history = new ArrayList<>();
  private final SortedMap<String, String> labels = new TreeMap<>();
  private final SortedMap<String, String> annotations = new TreeMap<>();
  private Optional<String> refName = Optional.empty();
  private List<String> entrypoint = List.of();
  private Optional<String> user = Optional.empty();

  private ImageBuilder(
      Path target,
      Path aside,
      Kernel kernel,
      Platform platform,
      Instant created,
      LayerCompression compression) {
    this.target = target;
    this.aside = aside;
    this.kernel = kernel;
    this.platform = platform;
    this.created = created;
    this.compression = compression;
    this.blobs = new BlobWriter(aside, kernel);
  }

  /**
   * @param layout the directory to make or to replace
   * @param created time of the image, and the latest of its files ({@code SOURCE_DATE_EPOCH})
   */
  public static ImageBuilder to(
      Path layout,
      Platform platform,
      Instant created,
      LayerCompression compression,
      Kernel kernel) {
    Path target = layout.toAbsolutePath().normalize();
    try {
      Files.createDirectories(target.getParent());
      Path aside =
          Files.createTempDirectory(target.getParent(), "." + target.getFileName() + ".partial-");
      Files.createDirectories(aside.resolve("blobs/sha256"));
      Files.setAttribute(aside, "unix:mode", 0755);
      return new ImageBuilder(target, aside, kernel, platform, created, compression);
    } catch (IOException e) {
      throw new HostFailure("cannot make a layout at " + layout, e);
    }
  }

  /** Starts with the layers, history and labels of another image, octet for octet. */
  public ImageBuilder base(StoredImage image) {
    for (StoredLayer layer : image.layers()) {
      blobs.adopt(layer.blob(), layer.descriptor());
      layers.add(new Layer(layer.descriptor(), layer.diffId()));
    }
    history.addAll(image.config().history());
    labels.putAll(image.config().labels());
    return this;
  }

  /**
   * Adds a whole tree as a layer.
   *
   * @param excluded absolute paths inside the root that are left out with all below them
   * @param createdBy what made it, for the history
   */
  public ImageBuilder addTree(Path root, Set<String> excluded, String createdBy) {
    var packer = new Packer(kernel, created);
    return add(out -> packer.pack(root, excluded, out), createdBy);
  }

  /** Adds what changed in a tree since a snapshot as a layer. */
  public ImageBuilder addChanges(
      Snapshot before, Path root, Set<String> excluded, String createdBy) {
    var packer = new Packer(kernel, created);
    return add(out -> packer.packChanges(before, root, excluded, out), createdBy);
  }

  /** Adds a plain tar archive as it is, for example what mmdebstrap wrote. */
  public ImageBuilder addTar(Path tar, String createdBy) {
    return add(out -> Files.copy(tar, out), createdBy);
  }

  private ImageBuilder add(BlobWriter.ArchiveWriter archive, String createdBy) {
    layers.add(blobs.writeLayer(compression, archive));
    history.add(new History(Optional.of(created.toString()), createdBy, true));
    return this;
  }

  /** Sets a label of the configuration. */
  public ImageBuilder label(String name, String value) {
    labels.put(name, value);
    return this;
  }

  /** What a container of the image runs, program first. */
  public ImageBuilder entrypoint(List<String> argv) {
    entrypoint = List.copyOf(argv);
    return this;
  }

  /**
   * Whom a container of the image runs as; without it, root.
   *
   * @param user {@code uid:gid}; of a name Kubernetes cannot tell that it is not root's
   */
  public ImageBuilder user(String user) {
    this.user = Optional.of(user);
    return this;
  }

  /** Sets an annotation of the manifest. */
  public ImageBuilder annotation(String name, String value) {
    annotations.put(name, value);
    return this;
  }

  /** The name that the layout gives to the image, for example {@code debian:13-core-amd64}. */
  public ImageBuilder name(String name) {
    refName = Optional.of(name);
    return this;
  }

  /**
   * Puts the layout into place.
   *
   * @return what the index says about the image; its digest is the image's
   */
  public Descriptor commit() {
    Descriptor config = blobs.writeJson(MediaTypes.CONFIG, json(configuration()));
    Descriptor manifest = blobs.writeJson(MediaTypes.MANIFEST, json(manifest(config)));
    var indexed =
        new Descriptor(
            manifest.mediaType(),
            manifest.digest(),
            manifest.size(),
            Optional.of(platform),
            refName.map(name -> Map.of(Descriptor.REF_NAME, name)).orElse(Map.of()));
    try {
      write("index.json", index(indexed));
      write("oci-layout", Map.of("imageLayoutVersion", LAYOUT_VERSION));
      kernel.sync(aside.resolve("blobs/sha256"));
      kernel.sync(aside.resolve("blobs"));
      kernel.sync(aside);
      replaceTarget();
    } catch (IOException e) {
      throw new HostFailure("cannot put the layout into place: " + target, e);
    }
    return indexed;
  }

  private void write(String name, Map<String, ?> json) throws IOException {
    Path file = aside.resolve(name);
    Files.write(file, json(json));
    kernel.sync(file);
  }

  private static byte[] json(Map<String, ?> tree) {
    return Json.write(tree).getBytes(StandardCharsets.UTF_8);
  }

  /** A directory cannot be renamed over one that is not empty, so the old one steps aside. */
  private void replaceTarget() throws IOException {
    Path old = target.resolveSibling(aside.getFileName() + ".old");
    boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (exists) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    kernel.sync(target.getParent());
    if (exists) {
      FileTree.delete(old);
    }
  }

  private Map<String, Object> configuration() {
    var config = new LinkedHashMap<String, Object>();
    config.put("created", created.toString());
    config.put("architecture", platform.architecture());
    platform.variant().ifPresent(variant -> config.put("variant", variant));
    config.put("os", platform.os());
    var container = new LinkedHashMap<String, Object>();
    user.ifPresent(who -> container.put("User", who));
    if (!entrypoint.isEmpty()) {
      container.put("Entrypoint", entrypoint);
    }
    if (!labels.isEmpty()) {
      container.put("Labels", labels);
    }
    config.put("config", container);
    var rootfs = new LinkedHashMap<String, Object>();
    rootfs.put("type", "layers");
    rootfs.put("diff_ids", layers.stream().map(layer -> layer.diffId().toString()).toList());
    config.put("rootfs", rootfs);
    config.put("history", history.stream().map(ImageBuilder::historyJson).toList());
    return config;
  }

  private static Map<String, Object> historyJson(History step) {
    var json = new LinkedHashMap<String, Object>();
    step.created().ifPresent(time -> json.put("created", time));
    json.put("created_by", step.createdBy());
    if (!step.madeLayer()) {
      json.put("empty_layer", true);
    }
    return json;
  }

  private Map<String, Object> manifest(Descriptor config) {
    var manifest = new LinkedHashMap<String, Object>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.MANIFEST);
    manifest.put("config", config.toJson());
    manifest.put("layers", layers.stream().map(layer -> layer.descriptor().toJson()).toList());
    if (!annotations.isEmpty()) {
      manifest.put("annotations", annotations);
    }
    return manifest;
  }

  private static Map<String, Object> index(Descriptor manifest) {
    var index = new LinkedHashMap<String, Object>();
    index.put("schemaVersion", 2);
    index.put("mediaType", MediaTypes.INDEX);
    index.put("manifests", List.of(manifest.toJson()));
    return index;
  }

  @Override
  public void close() {
    FileTree.delete(aside);
  }
}
