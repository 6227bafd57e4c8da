package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an OS image comes from, as users and state files write it: {@code scheme:value}. */
public sealed interface ImageSource {
  /** An image of a registry. */
  record OciImage(ImageReference reference) implements ImageSource {
    @Override
    public String toString() {
      return "oci://" + reference;
    }
  }

  /** A directory tree. */
  record Directory(Path path) implements ImageSource {
    @Override
    public String toString() {
      return "dir://" + path;
    }
  }

  /** A raw or squashfs image, taken octet for octet. */
  record ImageFile(Path path) implements ImageSource {
    @Override
    public String toString() {
      return "file://" + path;
    }
  }

  /** A local archive or layout with an image in it. */
  record OciFile(Path path) implements ImageSource {
    @Override
    public String toString() {
      return "ocifile://" + path;
    }
  }

  List<String> SCHEMES = List.of("oci", "docker", "dir", "file", "ocifile");

  /**
   * {@code scheme:value} or {@code scheme://value}; a text without a scheme is an image reference.
   *
   * @throws InvalidConfig with what was probably meant
   */
  static ImageSource parse(String text) {
    Matcher uri = Pattern.compile("([a-z]+):(//)?(.*)").matcher(text);
    if (!uri.matches()) {
      return new OciImage(ImageReference.parse(text));
    }
    String scheme = uri.group(1);
    String value = uri.group(3);
    return switch (scheme) {
      case "oci", "docker" -> new OciImage(ImageReference.parse(value));
      case "dir" -> new Directory(path(text, value));
      case "file" -> new ImageFile(path(text, value));
      case "ocifile" -> new OciFile(path(text, value));
      default -> reference(text, scheme, uri.group(2) != null || value.startsWith("/"));
    };
  }

  /**
   * {@code debian:13} has no scheme; {@code http://host/image} and {@code dri:/x} have a wrong one.
   */
  private static ImageSource reference(String text, String scheme, boolean isUri) {
    if (!isUri) {
      return new OciImage(ImageReference.parse(text));
    }
    Optional<String> meant = Suggestion.didYouMean(scheme, SCHEMES);
    throw new InvalidConfig(
        Problem.at(Position.ofSource(text), "unknown kind of image source '" + scheme + "'")
            .withRemedy(
                meant.orElse("one of " + String.join(", ", SCHEMES) + ", as in dir:/path")));
  }

  private static Path path(String text, String value) {
    if (value.isEmpty()) {
      throw new InvalidConfig(
          Problem.at(Position.ofSource(text), "the image source names no path")
              .withRemedy("write it as " + text + "/path"));
    }
    return Path.of(value);
  }
}
