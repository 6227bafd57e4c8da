package io.kairos.images;

import java.nio.file.Path;

/**
 * A layer in a layout.
 *
 * @param number counted from one, the lowest first
 * @param blob where its octets are
 * @param diffId what they hash to without compression
 */
public record StoredLayer(int number, Descriptor descriptor, Path blob, Digest diffId) {
  @Override
  public String toString() {
    return "layer " + number + " (" + descriptor.digest() + ")";
  }
}
