package io.kairos.agent.extension;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Refused;
import io.kairos.images.ImageSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an extension comes from, as users write it. */
sealed interface ExtensionSource {
  /** Those that an image of a registry or an archive holds. */
  record Image(ImageSource image) implements ExtensionSource {
    @Override
    public String toString() {
      return image.toString();
    }
  }

  /** A file of this node. */
  record LocalFile(Path path) implements ExtensionSource {
    @Override
    public String toString() {
      return "file://" + path;
    }
  }

  /** A file of a server; its text has neither user nor query, which may be secret. */
  record Address(URI uri) implements ExtensionSource {
    /** The last part of the path; empty when there is none. */
    String name() {
      String path = uri.getPath() == null ? "" : uri.getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
      return "%s://%s%s%s"
          .formatted(
              uri.getScheme(),
              uri.getHost(),
              uri.getPort() < 0 ? "" : ":" + uri.getPort(),
              uri.getRawPath());
    }
  }

  Pattern FORM =
      Pattern.compile("(oci|docker|container|ocifile|file|https?):(//)?(.+)", Pattern.DOTALL);

  List<String> IMAGES = List.of("oci", "docker", "container");

  /**
   * @throws Refused when the text is nothing of that
   * @throws InvalidConfig when what follows {@code oci:} names no image
   */
  static ExtensionSource parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new Refused(
          "'" + text + "' does not say where an extension is",
          "write oci:IMAGE, ocifile:PATH, file:PATH, http://… or https://…");
    }
    String scheme = parts.group(1);
    String rest = parts.group(3);
    if (IMAGES.contains(scheme)) {
      return new Image(ImageSource.parse("oci:" + rest));
    }
    return switch (scheme) {
      case "ocifile" -> new Image(ImageSource.parse(text));
      case "file" -> new LocalFile(Path.of(rest));
      default -> new Address(address(text));
    };
  }

  private static URI address(String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new Refused(
          "the address of the extension is none: " + e.getMessage(),
          "write characters such as spaces as %20");
    }
    throw new Refused("'" + text + "' names no server", "write it as https://host/name.raw");
  }
}
