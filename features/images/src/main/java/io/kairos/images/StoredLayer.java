package io.kairos.images;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A layer in a layout.
 *
 * @param number counted from one, the lowest first
 * @param blob where its octets are
 * @param diffId what they hash to without compression
 * @param assembly what the layer is put together from when its blob was not fetched
 */
public record StoredLayer(
    int number, Descriptor descriptor, Path blob, Digest diffId, Optional<LayerAssembly> assembly) {
  StoredLayer(int number, Descriptor descriptor, Path blob, Digest diffId) {
    this(number, descriptor, blob, diffId, Optional.empty());
  }

  @Override
  public String toString() {
    return "layer " + number + " (" + descriptor.digest() + ")";
  }
}
