package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.formats.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sends an image of a layout to a registry, without the blobs that it has already. */
final class ImagePush {
  private final RegistryConnection connection;
  private final Path layout;

  ImagePush(RegistryConnection connection, Path layout) {
    this.connection = connection;
    this.layout = layout;
  }

  Digest push(StoredImage image) throws IOException {
    for (StoredLayer layer : image.layers()) {
      if (layer.assembly().isPresent()) {
        throw new Refused(
            layer + " was not fetched whole, so it cannot be pushed", "pull it whole");
      }
    }
    byte[] manifest = Files.readAllBytes(blob(image.digest()));
    var json = Json.parseObject(image.digest().toString(), manifest);
    List<Descriptor> blobs = new ArrayList<>();
    json.objects("layers").forEach(layer -> blobs.add(Descriptor.read(layer)));
    blobs.add(Descriptor.read(json.requiredObject("config")));
    for (Descriptor blob : blobs) {
      pushBlob(blob.digest(), () -> file(blob.digest()));
    }
    String tag = connection.reference().tag().orElse(image.digest().toString());
    return pushManifest(tag, image.manifest().mediaType(), manifest);
  }

  private Path blob(Digest digest) {
    return layout.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
  }

  private BodyPublisher file(Digest digest) {
    try {
      return BodyPublishers.ofFile(blob(digest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void pushBlob(Digest digest, java.util.function.Supplier<BodyPublisher> content)
      throws IOException {
    RegistryRequest head = RegistryRequest.of("HEAD", "blobs/" + digest, 200, 404);
    try (var reply = connection.send(head)) {
      if (reply.answer().status() == 200) {
        return;
      }
    }
    String place;
    try (var reply = connection.send(RegistryRequest.of("POST", "blobs/uploads/", 202))) {
      place =
          reply
              .answer()
              .header("Location")
              .orElseThrow(() -> new HostFailure("the registry does not say where to upload to"));
    }
    String address = place + (place.contains("?") ? "&" : "?") + "digest=" + digest;
    RegistryRequest put =
        RegistryRequest.of("PUT", address, 201)
            .header("Content-Type", "application/octet-stream")
            .sending(content);
    connection.send(put).close();
  }

  /**
   * @param name tag or digest
   */
  Digest pushManifest(String name, String mediaType, byte[] manifest) throws IOException {
    RegistryRequest put =
        RegistryRequest.of("PUT", "manifests/" + name, 201)
            .header("Content-Type", mediaType)
            .sending(() -> BodyPublishers.ofByteArray(manifest));
    connection.send(put).close();
    return Digest.sha256(manifest);
  }
}
