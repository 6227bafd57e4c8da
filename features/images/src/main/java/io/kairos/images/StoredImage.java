package io.kairos.images;

import java.util.List;
import java.util.Map;

/**
 * One image of a layout. Manifest and configuration are verified; layers are when they are read.
 *
 * @param manifest its digest is the image's
 * @param annotations of the manifest
 * @param layers lowest first
 */
public record StoredImage(
    Descriptor manifest,
    Map<String, String> annotations,
    ImageConfig config,
    List<StoredLayer> layers) {
  public StoredImage {
    annotations = Map.copyOf(annotations);
    layers = List.copyOf(layers);
  }

  public Digest digest() {
    return manifest.digest();
  }
}
