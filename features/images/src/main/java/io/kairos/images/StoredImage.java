package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.json.JsonObject;
import java.util.ArrayList;
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

  /** Finds a layer's octets. */
  @FunctionalInterface
  interface LayerPlaces {
    StoredLayer layer(int number, Descriptor descriptor, Digest diffId);
  }

  /**
   * @param json the manifest
   * @throws InvalidConfig when manifest and configuration do not belong together
   */
  static StoredImage of(
      Descriptor manifest, JsonObject json, ImageConfig config, LayerPlaces places) {
    List<JsonObject> objects = json.objects("layers");
    if (objects.size() != config.diffIds().size()) {
      throw invalid(
          json,
          "the manifest has "
              + objects.size()
              + " layers, its config "
              + config.diffIds().size()
              + " diff_ids");
    }
    List<StoredLayer> layers = new ArrayList<>();
    for (JsonObject object : objects) {
      Descriptor layer = Descriptor.read(object);
      if (!MediaTypes.isLayer(layer.mediaType())) {
        throw invalid(
            json, object.path() + "mediaType is no layer that we read: " + layer.mediaType());
      }
      layers.add(places.layer(layers.size() + 1, layer, config.diffIds().get(layers.size())));
    }
    return new StoredImage(manifest, json.textMap("annotations"), config, layers);
  }

  private static InvalidConfig invalid(JsonObject json, String what) {
    return new InvalidConfig(Problem.at(Position.ofSource(json.source()), what));
  }

  public Digest digest() {
    return manifest.digest();
  }
}
