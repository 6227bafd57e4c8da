package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.base.Suggestion;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A directory of images (OCI image-spec, image-layout.md), for reading. Nothing that it holds is
 * used before size and digest are checked.
 */
public final class OciLayout {
  private static final int MAX_JSON = 16 << 20;
  private static final int MAX_NESTING = 4;
  private static final String FETCH_AGAIN = "build or fetch the image again";

  private final Path directory;
  private final JsonObject index;

  private OciLayout(Path directory, JsonObject index) {
    this.directory = directory;
    this.index = index;
  }

  public static OciLayout open(Path directory) {
    Path marker = directory.resolve("oci-layout");
    if (!Files.isRegularFile(marker)) {
      throw new Refused(
          directory + " is no OCI layout: it has no file oci-layout",
          "name the directory that holds oci-layout, index.json and blobs");
    }
    String version =
        Json.parseObject(marker.toString(), readSmall(marker)).requiredText("imageLayoutVersion");
    if (!version.startsWith("1.")) {
      throw new Refused(
          marker + " has version " + version + ", this program reads 1.x",
          "write the image with a layout of version 1.0.0");
    }
    Path file = directory.resolve("index.json");
    return new OciLayout(directory, Json.parseObject(file.toString(), readSmall(file)));
  }

  public Path directory() {
    return directory;
  }

  /** Names ({@code org.opencontainers.image.ref.name}) that the layout gives to its images. */
  public List<String> names() {
    return descriptors(index).stream()
        .flatMap(descriptor -> descriptor.refName().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** The only image. */
  public StoredImage image() {
    return image(Optional.empty(), Optional.empty());
  }

  /**
   * The one image of that name and platform.
   *
   * @param name reference name; may be left out when that leaves one image
   * @param platform may be left out when that leaves one image
   * @throws Refused when none or several are left, or when something it consists of is damaged
   */
  public StoredImage image(Optional<String> name, Optional<Platform> platform) {
    List<Descriptor> candidates = descriptors(index);
    if (name.isPresent()) {
      candidates = candidates.stream().filter(d -> d.refName().equals(name)).toList();
      if (candidates.isEmpty()) {
        throw new Refused(
            directory + " holds no image called " + name.get(),
            Suggestion.didYouMean(name.get(), names())
                .orElse("one of the names it holds: " + String.join(", ", names())));
      }
    }
    var manifests = new ArrayList<Descriptor>();
    for (Descriptor candidate : candidates) {
      collectManifests(candidate, platform, manifests, 0);
    }
    var distinct =
        manifests.stream()
            .collect(Collectors.toMap(Descriptor::digest, d -> d, (a, _) -> a))
            .values();
    if (distinct.size() != 1) {
      throw ambiguous(manifests, platform);
    }
    StoredImage image = image(manifests.getFirst());
    platform.ifPresent(wanted -> requirePlatform(image, wanted));
    return image;
  }

  private Refused ambiguous(List<Descriptor> manifests, Optional<Platform> platform) {
    String wanted = platform.map(p -> " for " + p).orElse("");
    if (manifests.isEmpty()) {
      return new Refused(
          directory + " holds no image" + wanted, "choose another layout or platform");
    }
    String held =
        manifests.stream()
            .map(
                d ->
                    d.refName().orElse(d.digest().toString())
                        + d.platform().map(p -> " (" + p + ")").orElse(""))
            .collect(Collectors.joining(", "));
    return new Refused(
        directory + " holds " + manifests.size() + " images" + wanted + ": " + held,
        "say which one by name and platform");
  }

  private void requirePlatform(StoredImage image, Platform wanted) {
    Platform found = image.config().platform();
    if (!wanted.accepts(found)) {
      throw new Refused(
          "the image "
              + image.digest()
              + " in "
              + directory
              + " is for "
              + found
              + ", not "
              + wanted,
          "choose an image for " + wanted);
    }
  }

  private void collectManifests(
      Descriptor candidate, Optional<Platform> platform, List<Descriptor> found, int depth) {
    if (depth > MAX_NESTING) {
      throw new Refused(
          directory + " nests its indexes deeper than " + MAX_NESTING, "flatten the layout");
    }
    if (platform.isPresent()
        && candidate.platform().isPresent()
        && !platform.get().accepts(candidate.platform().get())) {
      return;
    }
    // Attestations stand beside images under the platform unknown/unknown.
    if (candidate.platform().isPresent() && candidate.platform().get().os().equals("unknown")) {
      return;
    }
    if (MediaTypes.isManifest(candidate.mediaType())) {
      found.add(candidate);
      return;
    }
    if (!candidate.mediaType().isEmpty() && !MediaTypes.isIndex(candidate.mediaType())) {
      return; // some other artifact
    }
    JsonObject json = readJson(candidate);
    if (json.members().containsKey("manifests")) {
      for (Descriptor nested : descriptors(json)) {
        collectManifests(nested, platform, found, depth + 1);
      }
    } else {
      found.add(candidate);
    }
  }

  private static List<Descriptor> descriptors(JsonObject index) {
    return index.objects("manifests").stream().map(Descriptor::read).toList();
  }

  private StoredImage image(Descriptor descriptor) {
    JsonObject manifest = readJson(descriptor);
    Descriptor configDescriptor = Descriptor.read(manifest.requiredObject("config"));
    ImageConfig config = ImageConfig.read(readJson(configDescriptor));
    return StoredImage.of(
        descriptor,
        manifest,
        config,
        (number, layer, diffId) -> new StoredLayer(number, layer, requireBlob(layer), diffId));
  }

  private JsonObject readJson(Descriptor descriptor) {
    if (descriptor.size() > MAX_JSON) {
      throw new Refused(
          "blob " + descriptor.digest() + " in " + directory + " is too large for a JSON text",
          FETCH_AGAIN);
    }
    return Json.parseObject(requireBlob(descriptor).toString(), readVerified(descriptor));
  }

  /** Small blobs; layers are verified while they stream. */
  private byte[] readVerified(Descriptor descriptor) {
    Path blob = requireBlob(descriptor);
    byte[] content = readSmall(blob);
    MessageDigest hash = descriptor.digest().newHash();
    requireDigest(blob, descriptor.digest(), hash.digest(content));
    return content;
  }

  /** Hashes a whole blob. */
  static void verify(Path blob, Descriptor descriptor) {
    MessageDigest hash = descriptor.digest().newHash();
    byte[] buffer = new byte[1 << 17];
    try (InputStream in = Files.newInputStream(blob)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        hash.update(buffer, 0, count);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read blob " + blob, e);
    }
    requireDigest(blob, descriptor.digest(), hash.digest());
  }

  static void requireDigest(Path blob, Digest expected, byte[] actual) {
    String found = HexFormat.of().formatHex(actual);
    if (!found.equals(expected.hex())) {
      throw new Refused(
          "blob "
              + expected
              + " is damaged: "
              + blob
              + " hashes to "
              + expected.algorithm()
              + ":"
              + found,
          FETCH_AGAIN);
    }
  }

  private Path requireBlob(Descriptor descriptor) {
    Digest digest = descriptor.digest();
    Path blob = directory.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
    if (!Files.isRegularFile(blob, LinkOption.NOFOLLOW_LINKS)) {
      throw new Refused("blob " + digest + " is missing: " + blob, FETCH_AGAIN);
    }
    try {
      long size = Files.size(blob);
      if (size != descriptor.size()) {
        throw new Refused(
            "blob "
                + digest
                + " is damaged: "
                + blob
                + " has "
                + size
                + " bytes instead of "
                + descriptor.size(),
            FETCH_AGAIN);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read blob " + blob, e);
    }
    return blob;
  }

  private static byte[] readSmall(Path file) {
    try {
      if (Files.size(file) > MAX_JSON) {
        throw new Refused(file + " is too large for a JSON text", FETCH_AGAIN);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new Refused(file + " is missing", FETCH_AGAIN);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
