package io.kairos.images;

import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.formats.tar.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code ocifile:} names: an OCI layout, an archive of one ({@code podman save --format
 * oci-archive}), an archive that {@code docker save} made, or the plain archive of a root file
 * system. Archives may be compressed.
 *
 * @param root what the layers add up to
 * @param image nothing when it is a plain archive
 */
public record LocalImage(Flattened root, Optional<StoredImage> image) {
  private static final String LAYOUT = "oci-layout";
  private static final String INDEX = "index.json";
  private static final String MANIFEST = "manifest.json";
  private static final String NO_LINKS = "save the image again with a newer version of the tool";
  private static final Pattern BLOB = Pattern.compile("blobs/(sha256|sha512)/[0-9a-f]{64,128}");
  private static final int MAX_JSON = 16 << 20;
  private static final int MAX_LINKS = 40;

  /**
   * @param source a file, or a directory that is a layout
   * @param store folder that an archive of several layers is unpacked to; the image refers to it
   * @throws Refused when there is no such image, it is for another platform, or it is damaged
   */
  public static LocalImage open(Path source, Platform platform, Path store) {
    if (Files.isDirectory(source)) {
      return of(OciLayout.open(source).image(Optional.empty(), Optional.of(platform)));
    }
    if (!Files.isRegularFile(source)) {
      throw new Refused("there is no image " + source, "name a layout, or an archive of an image");
    }
    try {
      Set<String> names = new LinkedHashSet<>();
      Map<String, String> links = new HashMap<>();
      each(
          source,
          (entry, _) -> {
            names.add(name(entry));
            if (entry.kind() == TarEntry.Kind.SYMLINK || entry.kind() == TarEntry.Kind.HARD_LINK) {
              links.put(name(entry), entry.linkTarget());
            }
          });
      if (names.contains(LAYOUT) && names.contains(INDEX)) {
        extract(source, store, name -> name.equals(LAYOUT) || isBlob(name) || name.equals(INDEX));
        return of(OciLayout.open(store).image(Optional.empty(), Optional.of(platform)));
      }
      if (names.contains(MANIFEST)) {
        return of(saved(source, store, links, platform));
      }
    } catch (IOException e) {
      throw TarSource.of(source).failure(e);
    }
    return new LocalImage(Flattened.ofTar(source), Optional.empty());
  }

  private static LocalImage of(StoredImage image) {
    return new LocalImage(Flattened.of(image), Optional.of(image));
  }

  // ---- archives

  /** Receives the members of an archive. */
  @FunctionalInterface
  private interface Members {
    void accept(TarEntry entry, InputStream content) throws IOException;
  }

  /** Chooses members. */
  @FunctionalInterface
  private interface Choice {
    boolean wants(String name);
  }

  private static void each(Path archive, Members members) throws IOException {
    try (LayerReader reader = LayerReader.openTrusted(TarSource.of(archive), ReadLimits.DEFAULT)) {
      for (var entry = reader.tar().next(); entry.isPresent(); entry = reader.tar().next()) {
        members.accept(entry.get(), reader.tar().content());
      }
    }
  }

  private static String name(TarEntry entry) {
    return entry.name().replaceFirst("^(\\./)+", "");
  }

  private static boolean isBlob(String name) {
    return BLOB.matcher(name).matches();
  }

  /** Names are checked by whoever chooses: none may lead out of the folder. */
  private static void extract(Path archive, Path folder, Choice choice) throws IOException {
    new ImageStore(folder).requireRoom(Files.size(archive));
    each(
        archive,
        (entry, content) -> {
          if (entry.kind() == TarEntry.Kind.FILE && choice.wants(name(entry))) {
            Path target = folder.resolve(name(entry));
            Files.createDirectories(target.getParent());
            try (OutputStream out = Files.newOutputStream(target)) {
              content.transferTo(out);
            }
          }
        });
  }

  // ---- what docker save writes: manifest.json names a configuration and plain layers

  private static StoredImage saved(
      Path archive, Path store, Map<String, String> links, Platform platform) throws IOException {
    JsonObject manifest = only(archive);
    String configName = manifest.requiredText("Config");
    List<String> layers = manifest.texts("Layers").stream().map(l -> followed(l, links)).toList();
    Map<String, Path> files = new HashMap<>();
    files.put(configName, store.resolve("saved-config"));
    for (String layer : layers) {
      files.putIfAbsent(layer, store.resolve("saved-layer-" + files.size()));
    }
    new ImageStore(store).requireRoom(Files.size(archive));
    Set<String> missing = new LinkedHashSet<>(files.keySet());
    each(
        archive,
        (entry, content) -> {
          Path target = files.get(name(entry));
          if (entry.kind() == TarEntry.Kind.FILE && target != null) {
            try (OutputStream out = Files.newOutputStream(target)) {
              content.transferTo(out);
            }
            missing.remove(name(entry));
          }
        });
    if (!missing.isEmpty()) {
      throw new Refused(
          archive + " names " + String.join(", ", missing) + ", but does not hold it", NO_LINKS);
    }
    byte[] configText = Files.readAllBytes(files.get(configName));
    ImageConfig config = ImageConfig.read(Json.parseObject(configName, configText));
    if (!platform.accepts(config.platform())) {
      throw new Refused(
          archive + " is for " + config.platform() + ", not " + platform,
          "choose an image for " + platform);
    }
    if (config.diffIds().size() != layers.size()) {
      throw new Refused(archive + " has another number of layers than its configuration", NO_LINKS);
    }
    List<StoredLayer> stored = new ArrayList<>();
    for (String layer : layers) {
      Path blob = files.get(layer);
      Digest diffId = config.diffIds().get(stored.size());
      Digest digest = ImageStore.hash(blob, diffId, new byte[1 << 17]);
      Descriptor descriptor = Descriptor.of(MediaTypes.LAYER, digest, Files.size(blob));
      stored.add(new StoredLayer(stored.size() + 1, descriptor, blob, diffId));
    }
    // such an archive has no manifest of its own: the image is known by its configuration
    Digest digest = Digest.sha256(configText);
    return new StoredImage(
        Descriptor.of(MediaTypes.CONFIG, digest, configText.length), Map.of(), config, stored);
  }

  private static JsonObject only(Path archive) throws IOException {
    List<JsonObject> images = new ArrayList<>();
    each(
        archive,
        (entry, content) -> {
          if (name(entry).equals(MANIFEST)) {
            byte[] text = content.readNBytes(MAX_JSON);
            if (Json.parse(MANIFEST, text) instanceof List<?> list) {
              list.forEach(item -> images.add(JsonObject.of(MANIFEST, item)));
            }
          }
        });
    if (images.size() != 1) {
      throw new Refused(
          archive + " holds " + images.size() + " images", "save one image into the archive");
    }
    return images.getFirst();
  }

  /** Old versions of docker write a layer once, and links for the next times. */
  private static String followed(String name, Map<String, String> links) {
    String at = name;
    for (int i = 0; i < MAX_LINKS && links.containsKey(at); i++) {
      String target = links.get(at);
      at =
          target.startsWith("..") || target.startsWith("./")
              ? Path.of(at).resolveSibling(target).normalize().toString()
              : target;
    }
    return at;
  }
}
