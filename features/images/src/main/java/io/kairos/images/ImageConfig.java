package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.json.JsonObject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Configuration of an image (OCI image-spec, config.md).
 *
 * @param created RFC 3339 time, as written
 * @param diffIds digests of the layers as plain tar archives, lowest first
 * @param history one entry per step, lowest first; some steps made no layer
 */
public record ImageConfig(
    Platform platform,
    Optional<String> created,
    Map<String, String> labels,
    List<Digest> diffIds,
    List<History> history) {

  /**
   * How a layer came to be.
   *
   * @param madeLayer false for a step that only changed the configuration
   */
  public record History(Optional<String> created, String createdBy, boolean madeLayer) {}

  /** The time in {@link #created}, if it is one. */
  public Optional<Instant> createdAt() {
    try {
      return created.map(text -> OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty(); // a note, nothing that an image depends on
    }
  }

  public ImageConfig {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
  }

  static ImageConfig read(JsonObject json) {
    var diffIds = new ArrayList<Digest>();
    for (String text : json.requiredObject("rootfs").texts("diff_ids")) {
      diffIds.add(
          Digest.parse(text)
              .orElseThrow(
                  () ->
                      new InvalidConfig(
                          Problem.at(
                              Position.ofSource(json.source()),
                              "rootfs.diff_ids holds no digest, but " + text))));
    }
    return new ImageConfig(
        new Platform(
            json.text("os").orElse("linux"),
            json.requiredText("architecture"),
            json.text("variant")),
        json.text("created"),
        json.object("config").map(config -> config.textMap("Labels")).orElse(Map.of()),
        diffIds,
        json.objects("history").stream()
            .map(
                entry ->
                    new History(
                        entry.text("created"),
                        entry.text("created_by").orElse(""),
                        !entry.flag("empty_layer").orElse(false)))
            .toList());
  }
}
