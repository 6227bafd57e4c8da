package io.kairos.images;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.formats.tar.Octets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * An image as its registry describes it: manifest and configuration, no layers yet.
 *
 * @param named what the reference led to: the manifest, or the index that it is in
 * @param manifest of the image for the platform
 * @param json the manifest
 */
record RemoteImage(Text named, Text manifest, JsonObject json) {
  static final int MAX_JSON = 16 << 20;

  private static final List<String> MANIFESTS =
      List.of(
          MediaTypes.INDEX,
          MediaTypes.MANIFEST,
          MediaTypes.DOCKER_INDEX,
          MediaTypes.DOCKER_MANIFEST);

  /** A manifest or an index, checked against its digest where one was asked for. */
  record Text(Descriptor descriptor, Octets octets) {
    JsonObject json() {
      return Json.parseObject(descriptor.digest().toString(), octets.toArray());
    }
  }

  /**
   * @throws Refused when the registry has no such image for that platform
   */
  static RemoteImage find(RegistryConnection connection, Platform platform) {
    ImageReference reference = connection.reference();
    String name = reference.digest().map(Digest::toString).or(reference::tag).orElse("latest");
    Text named = fetch(connection, name, reference.digest());
    if (!MediaTypes.isIndex(named.descriptor().mediaType())) {
      return new RemoteImage(named, named, named.json());
    }
    List<Descriptor> held =
        named.json().objects("manifests").stream().map(Descriptor::read).toList();
    Descriptor chosen =
        held.stream()
            .filter(d -> d.platform().filter(platform::accepts).isPresent())
            .findFirst()
            .orElseThrow(() -> new Refused(reference + " has no image for " + platform, has(held)));
    Text manifest = fetch(connection, chosen.digest().toString(), Optional.of(chosen.digest()));
    return new RemoteImage(named, manifest, manifest.json());
  }

  private static String has(List<Descriptor> held) {
    return "it has: "
        + held.stream()
            .flatMap(d -> d.platform().stream())
            .map(Platform::toString)
            .filter(text -> !text.startsWith("unknown"))
            .collect(Collectors.joining(", "));
  }

  /** Index and manifest become blobs of a store. */
  void keepIn(ImageStore store) throws IOException {
    store.keep(named.descriptor().digest(), named.octets().toArray());
    store.keep(manifest.descriptor().digest(), manifest.octets().toArray());
  }

  Digest digest() {
    return manifest.descriptor().digest();
  }

  Digest namedDigest() {
    return named.descriptor().digest();
  }

  /** What its layers have in the registry. */
  Bytes size() {
    return Bytes.of(layers().stream().mapToLong(Descriptor::size).sum());
  }

  /**
   * @param name tag or digest
   */
  static Text fetch(RegistryConnection connection, String name, Optional<Digest> expected) {
    RegistryRequest request = RegistryRequest.get("manifests/" + name).accepting(MANIFESTS);
    return text(
        fetch(connection, expected, () -> Optional.of(connection.send(request))).orElseThrow());
  }

  /** Nothing when the repository has no such tag. */
  static Optional<Text> fetchIfThere(RegistryConnection connection, String tag) {
    return fetchIfThere(connection, RegistryRequest.get("manifests/" + tag));
  }

  /** Nothing when the registry does not know what is asked for. */
  static Optional<Text> fetchIfThere(RegistryConnection connection, RegistryRequest asked) {
    RegistryRequest request = asked.accepting(MANIFESTS);
    return fetch(connection, Optional.empty(), () -> connection.sendIfThere(request))
        .map(RemoteImage::text);
  }

  /** A small blob, in memory. */
  static byte[] fetchBlob(RegistryConnection connection, Digest digest) {
    RegistryRequest request = RegistryRequest.get("blobs/" + digest);
    return fetch(connection, Optional.of(digest), () -> Optional.of(connection.send(request)))
        .orElseThrow()
        .octets()
        .toArray();
  }

  /** What came, checked against the digest that was asked for. */
  private record Fetched(String type, Digest digest, Octets octets) {}

  private static Text text(Fetched fetched) {
    byte[] octets = fetched.octets().toArray();
    String type = type(fetched.type(), octets);
    return new Text(Descriptor.of(type, fetched.digest(), octets.length), fetched.octets());
  }

  private static Optional<Fetched> fetch(
      RegistryConnection connection,
      Optional<Digest> expected,
      Supplier<Optional<RegistryConnection.Reply>> send) {
    for (int failures = 1; ; failures++) {
      String why;
      Optional<RegistryConnection.Reply> sent = send.get();
      if (sent.isEmpty()) {
        return Optional.empty();
      }
      try (var reply = sent.get()) {
        byte[] octets = whole(reply.answer());
        Digest digest =
            expected
                .map(e -> Digest.ofHash(e.algorithm(), e.newHash().digest(octets)))
                .orElseGet(() -> Digest.sha256(octets));
        if (expected.isEmpty() || expected.get().equals(digest)) {
          String type = reply.answer().header("Content-Type").orElse("");
          return Optional.of(new Fetched(type, digest, Octets.of(octets)));
        }
        if (!connection.distrust(reply.endpoint())) {
          throw new HostFailure(
              "cannot pull "
                  + connection.reference()
                  + ": what the registry sent for "
                  + expected.get()
                  + " is damaged");
        }
        why = "a mirror sent something damaged";
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
      if (failures >= connection.access().retries().attempts()) {
        throw new HostFailure("cannot pull " + connection.reference() + ": " + why);
      }
      connection.pause(failures, Duration.ZERO);
    }
  }

  /** An answer that ends early must not look like another manifest. */
  private static byte[] whole(HttpAnswer answer) throws IOException {
    byte[] octets = answer.body().readNBytes(MAX_JSON + 1);
    if (octets.length > MAX_JSON) {
      throw new IOException("an answer larger than " + MAX_JSON + " bytes");
    }
    long length = answer.headers().firstValueAsLong("Content-Length").orElse(octets.length);
    if (length != octets.length) {
      throw new IOException("the connection ended early");
    }
    return octets;
  }

  /**
   * What the text says itself counts before what the registry says of it, and it may not be two
   * things at once: a digest must not mean another image to another reader (CVE-2021-41190).
   */
  private static String type(String header, byte[] octets) {
    JsonObject json = Json.parseObject("manifest", octets);
    boolean isIndex = json.members().containsKey("manifests");
    if (isIndex && (json.members().containsKey("layers") || json.members().containsKey("config"))) {
      throw new Refused(
          "the manifest " + Digest.sha256(octets) + " is an index as well",
          "do not trust this image: use another build");
    }
    String type = header.split(";", 2)[0].strip();
    return json.text("mediaType")
        .filter(MANIFESTS::contains)
        .or(() -> Optional.of(type).filter(MANIFESTS::contains))
        .orElse(isIndex ? MediaTypes.INDEX : MediaTypes.MANIFEST);
  }

  Descriptor config() {
    return Descriptor.read(json.requiredObject("config"));
  }

  List<Descriptor> layers() {
    List<Descriptor> layers = new ArrayList<>();
    for (JsonObject layer : json.objects("layers")) {
      layers.add(Descriptor.read(layer));
    }
    return layers;
  }
}
