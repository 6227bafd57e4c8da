package io.kairos.config;

import io.kairos.base.Bytes;
import java.util.Optional;

/**
 * An image as the user wishes it.
 *
 * @param source where it comes from, by the grammar of {@code install.source}
 */
public record ImageConfig(
    Optional<String> source,
    Optional<Bytes> size,
    Optional<String> label,
    Optional<String> filesystem) {
  /** The image that a key of a section describes, if there is one. */
  static ImageConfig in(Section section, String key, String meaning) {
    return section
        .section(key, meaning, ImageConfig::read)
        .optional()
        .orElse(
            new ImageConfig(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
  }

  static ImageConfig read(Section image) {
    image.alias("uri", "source");
    return new ImageConfig(
        image.text("source", "where the image comes from").optional(),
        image.mebibytes("size", "size of the image file").optional(),
        image.text("label", "label of its file system").optional(),
        image.text("fs", "file system").optional());
  }
}
