package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.formats.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Points to a blob (OCI image-spec, descriptor.md).
 *
 * @param mediaType what the blob is
 * @param digest what it must hash to
 * @param size octets it must have
 * @param platform of an image in an index
 * @param annotations by name
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    Map<String, String> annotations) {
  static final String REF_NAME = "org.opencontainers.image.ref.name";

  public Descriptor {
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(mediaType, digest, size, Optional.empty(), Map.of());
  }

  static Descriptor read(JsonObject json) {
    String digest = json.requiredText("digest");
    long size = json.requiredNumber("size");
    if (size < 0) {
      throw invalid(json, json.path() + "size is negative: " + size);
    }
    return new Descriptor(
        json.text("mediaType").orElse(""),
        Digest.parse(digest)
            .orElseThrow(
                () ->
                    invalid(
                        json,
                        json.path() + "digest must be sha256:<64 hex digits>, but is " + digest)),
        size,
        json.object("platform")
            .map(
                platform ->
                    new Platform(
                        platform.text("os").orElse("unknown"),
                        platform.text("architecture").orElse("unknown"),
                        platform.text("variant"))),
        json.textMap("annotations"));
  }

  private static InvalidConfig invalid(JsonObject json, String what) {
    return new InvalidConfig(Problem.at(Position.ofSource(json.source()), what));
  }

  Optional<String> refName() {
    return Optional.ofNullable(annotations.get(REF_NAME));
  }

  Map<String, Object> toJson() {
    var json = new LinkedHashMap<String, Object>();
    json.put("mediaType", mediaType);
    json.put("digest", digest.toString());
    json.put("size", size);
    if (!annotations.isEmpty()) {
      json.put("annotations", annotations);
    }
    platform.ifPresent(
        p -> {
          var members = new LinkedHashMap<String, Object>();
          members.put("architecture", p.architecture());
          members.put("os", p.os());
          p.variant().ifPresent(variant -> members.put("variant", variant));
          json.put("platform", members);
        });
    return json;
  }
}
