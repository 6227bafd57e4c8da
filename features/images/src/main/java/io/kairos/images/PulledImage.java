package io.kairos.images;

import io.kairos.base.Bytes;

/**
 * An image that is here whole, verified down to its last octet.
 *
 * @param image its digest is that of the manifest for the platform
 * @param root what its layers add up to
 * @param named digest that the reference led to, which is that of the index where there is one
 * @param size what its layers have in the registry
 * @param fetched what came over the line
 */
public record PulledImage(
    StoredImage image, Flattened root, Digest named, Bytes size, Bytes fetched) {
  /** What did not have to be fetched. */
  public Bytes reused() {
    return Bytes.of(Math.max(0, size.count() - fetched.count()));
  }
}
