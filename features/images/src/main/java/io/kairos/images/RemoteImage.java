package io.kairos.images;

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
record RemoteImage(Descriptor named, Descriptor manifest, JsonObject json) {
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
  static RemoteImage find(RegistryConnection connection, Platform platform, ImageStore store) {
    ImageReference reference = connection.reference();
    String name = reference.digest().map(Digest::toString).or(reference::tag).orElse("latest");
    Text named = fetch(connection, name, reference.digest());
    keep(store, named);
    if (!MediaTypes.isIndex(named.descriptor().mediaType())) {
      return new RemoteImage(named.descriptor(), named.descriptor(), named.json());
    }
    List<Descriptor> held =
        named.json().objects("manifests").stream().map(Descriptor::read).toList();
    Descriptor chosen =
        held.stream()
            .filter(d -> d.platform().filter(platform::accepts).isPresent())
            .findFirst()
            .orElseThrow(() -> new Refused(reference + " has no image for " + platform, has(held)));
    Text manifest = fetch(connection, chosen.digest().toString(), Optional.of(chosen.digest()));
    keep(store, manifest);
    return new RemoteImage(named.descriptor(), manifest.descriptor(), manifest.json());
  }

  private static String has(List<Descriptor> held) {
    return "it has: "
        + held.stream()
            .flatMap(d -> d.platform().stream())
            .map(Platform::toString)
            .filter(text -> !text.startsWith("unknown"))
            .collect(Collectors.joining(", "));
  }

  private static void keep(ImageStore store, Text text) {
    try {
      store.keep(text.descriptor().digest(), text.octets().toArray());
    } catch (IOException e) {
      throw new HostFailure("cannot write to " + store.folder(), e);
    }
  }

  /**
   * @param name tag or digest
   */
  static Text fetch(RegistryConnection connection, String name, Optional<Digest> expected) {
    RegistryRequest request = RegistryRequest.get("manifests/" + name).accepting(MANIFESTS);
    return fetch(connection, expected, () -> Optional.of(connection.send(request))).orElseThrow();
  }

  /** Nothing when the repository has no such tag. */
  static Optional<Text> fetchIfThere(RegistryConnection connection, String tag) {
    RegistryRequest request = RegistryRequest.get("manifests/" + tag).accepting(MANIFESTS);
    return fetch(connection, Optional.empty(), () -> connection.sendIfThere(request));
  }

  private static Optional<Text> fetch(
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
          String type = type(reply.answer(), octets);
          return Optional.of(
              new Text(Descriptor.of(type, digest, octets.length), Octets.of(octets)));
        }
        if (!connection.distrust(reply.endpoint())) {
          throw new HostFailure(
              "cannot pull "
                  + connection.reference()
                  + ": what the registry sent for "
                  + expected.get()
                  + " is damaged");
        }
        why = "a mirror sent a damaged manifest";
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
      throw new IOException("a manifest larger than " + MAX_JSON + " bytes");
    }
    long length = answer.headers().firstValueAsLong("Content-Length").orElse(octets.length);
    if (length != octets.length) {
      throw new IOException("the connection ended early");
    }
    return octets;
  }

  private static String type(HttpAnswer answer, byte[] octets) {
    String type = answer.header("Content-Type").orElse("").split(";", 2)[0].strip();
    if (MANIFESTS.contains(type)) {
      return type;
    }
    JsonObject json = Json.parseObject("manifest", octets);
    return json.text("mediaType")
        .orElse(json.members().containsKey("manifests") ? MediaTypes.INDEX : MediaTypes.MANIFEST);
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
