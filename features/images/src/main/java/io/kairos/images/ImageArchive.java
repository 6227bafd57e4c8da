package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.formats.tar.TarEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image in a tar archive: a packed layout, as {@code skopeo copy … oci-archive:} and newer
 * {@code docker save} write it, or the older form of {@code docker save} (Docker image
 * specification 1.2). No name of the archive becomes a path: members are numbered, and blobs are
 * called by their digests.
 */
final class ImageArchive {
  private static final Pattern BLOB =
      Pattern.compile("blobs/(sha256/[0-9a-f]{64}|sha512/[0-9a-f]{128})");
  private static final String OCI_MARKER = "oci-layout";
  private static final String OCI_INDEX = "index.json";
  private static final String DOCKER_MANIFEST = "manifest.json";

  /** A packed layout has a few files for each layer. */
  private static final int MOST_MEMBERS = 10_000;

  private static final long LARGEST_JSON = 16 << 20;

  private final Path archive;
  private final Path layout;
  private final Path folder;
  private final Map<String, Path> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  private ImageArchive(Path archive, Path layout) {
    this.archive = archive;
    this.layout = layout;
    this.folder = layout.resolve("members");
  }

  /**
   * Makes a layout of an archive. Digests are checked when the layout is read.
   *
   * @param layout directory that is made
   * @throws Refused when it is no archive of one image
   */
  static void toLayout(Path archive, Path layout) {
    var image = new ImageArchive(archive, layout);
    try {
      Files.createDirectories(image.folder);
      image.unpack();
      if (image.files.containsKey(OCI_MARKER)) {
        image.takeLayout();
      } else if (image.member(DOCKER_MANIFEST).isPresent()) {
        image.takeDocker();
      } else {
        throw image.refused("holds neither " + OCI_MARKER + " nor " + DOCKER_MANIFEST);
      }
    } catch (IOException e) {
      throw TarSource.of(archive).failure(e);
    }
  }

  private Refused refused(String what) {
    return new Refused(
        archive + " " + what,
        "save one image with docker save, podman save, or skopeo copy … oci-archive:FILE");
  }

  private void unpack() throws IOException {
    try (LayerReader reader = LayerReader.open(TarSource.of(archive), ReadLimits.DEFAULT)) {
      for (Optional<TarEntry> next = reader.tar().next();
          next.isPresent();
          next = reader.tar().next()) {
        TarEntry entry = next.get();
        String name = normalized(entry.name());
        if (files.size() + links.size() >= MOST_MEMBERS) {
          throw refused("has more than " + MOST_MEMBERS + " members");
        }
        switch (entry.kind()) {
          case FILE -> files.put(name, keep(reader.tar().content()));
          // Layers that are the same are written once.
          case SYMLINK -> links.put(name, normalized(parent(name) + entry.linkTarget()));
          case HARD_LINK -> links.put(name, normalized(entry.linkTarget()));
          default -> {}
        }
      }
      reader.verify();
    }
  }

  private Path keep(InputStream content) throws IOException {
    Path file = folder.resolve(Integer.toString(files.size()));
    try (OutputStream out = Files.newOutputStream(file)) {
      content.transferTo(out);
    }
    return file;
  }

  private static String parent(String name) {
    return name.substring(0, name.lastIndexOf('/') + 1);
  }

  /** Of a name inside the archive; what leads out of it names nothing. */
  private static String normalized(String name) {
    return Path.of(name).normalize().toString();
  }

  private Optional<Path> member(String name) {
    String at = name;
    for (int i = 0; i < links.size() && links.containsKey(at); i++) {
      at = links.get(at);
    }
    return Optional.ofNullable(files.get(at));
  }

  private void takeLayout() throws IOException {
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Matcher blob = BLOB.matcher(file.getKey());
      if (blob.matches()) {
        move(file.getValue(), layout.resolve("blobs").resolve(blob.group(1)));
      }
    }
    for (String name : List.of(OCI_INDEX, OCI_MARKER)) {
      move(member(name).orElseThrow(() -> refused("has no " + name)), layout.resolve(name));
    }
  }

  private void takeDocker() throws IOException {
    Object manifests = Json.parse(archive + ":" + DOCKER_MANIFEST, json(DOCKER_MANIFEST));
    if (!(manifests instanceof List<?> list) || list.size() != 1) {
      throw refused("does not hold exactly one image");
    }
    JsonObject image = JsonObject.of(archive + ":" + DOCKER_MANIFEST, list.getFirst());
    Descriptor config = adopt(image.requiredText("Config"), MediaTypes.CONFIG);
    List<Object> layers = new ArrayList<>();
    Map<String, Descriptor> known = new HashMap<>();
    for (String name : image.texts("Layers")) {
      Path file = member(name).orElseThrow(() -> refused("has no " + name));
      if (!known.containsKey(file.toString())) {
        known.put(file.toString(), adopt(name, MediaTypes.LAYER));
      }
      layers.add(known.get(file.toString()).toJson());
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2L);
    manifest.put("mediaType", MediaTypes.MANIFEST);
    manifest.put("config", config.toJson());
    manifest.put("layers", layers);
    byte[] text = Json.write(manifest).getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(text);
    Files.write(blob(digest), text);
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2L);
    index.put("mediaType", MediaTypes.INDEX);
    index.put(
        "manifests", List.of(Descriptor.of(MediaTypes.MANIFEST, digest, text.length).toJson()));
    Files.writeString(layout.resolve(OCI_INDEX), Json.write(index));
    Files.writeString(layout.resolve(OCI_MARKER), "{\"imageLayoutVersion\": \"1.0.0\"}");
  }

  private byte[] json(String name) throws IOException {
    Path file = member(name).orElseThrow(() -> refused("has no " + name));
    if (Files.size(file) > LARGEST_JSON) {
      throw refused("has a " + name + " of " + Files.size(file) + " octets");
    }
    return Files.readAllBytes(file);
  }

  /** Names a member by its digest. */
  private Descriptor adopt(String name, String mediaType) throws IOException {
    Path file = member(name).orElseThrow(() -> refused("has no " + name));
    long size = Files.size(file);
    var hashing =
        new HashingInputStream(
            Files.newInputStream(file), Digest.newHash("sha256"), Long.MAX_VALUE);
    try (hashing) {
      hashing.transferTo(OutputStream.nullOutputStream());
    }
    Digest digest = Digest.ofHash("sha256", hashing.digest());
    move(file, blob(digest));
    return Descriptor.of(mediaType, digest, size);
  }

  private Path blob(Digest digest) throws IOException {
    Path blob = layout.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
    Files.createDirectories(blob.getParent());
    return blob;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try {
      Files.move(from, to, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new HostFailure("cannot move a member of the image to " + to, e);
    }
  }
}
