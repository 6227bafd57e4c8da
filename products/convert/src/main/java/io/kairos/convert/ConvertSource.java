package io.kairos.convert;

import java.nio.file.Files;
import java.nio.file.Path;

/** What becomes an image. */
public sealed interface ConvertSource {
  /** How users write it. */
  String name();

  /** A release, made from its packages. */
  record Bootstrap(DistroDescriptor distro, DistroDescriptor.Release release)
      implements ConvertSource {
    @Override
    public String name() {
      return distro.id() + ":" + release.version();
    }
  }

  /** A root that somebody made; it is copied. */
  record Directory(Path path) implements ConvertSource {
    @Override
    public String name() {
      return "dir:" + path;
    }
  }

  /** The image of an OCI layout. */
  record Layout(Path path) implements ConvertSource {
    @Override
    public String name() {
      return "oci:" + path;
    }
  }

  /**
   * The root in which this program runs: it is changed where it is, by its own programs, as a step
   * of a container build.
   *
   * @param path {@code /}
   */
  record InPlace(Path path) implements ConvertSource {
    @Override
    public String name() {
      return "this root";
    }
  }

  /**
   * Reads {@code debian:13}, {@code dir:/path}, {@code oci:/path}, or the path of an OCI layout.
   *
   * @throws io.kairos.base.Refused for anything else, with the nearest name we know
   */
  static ConvertSource parse(String text) {
    if (text.startsWith("dir:")) {
      return new Directory(Path.of(text.substring("dir:".length())).toAbsolutePath().normalize());
    }
    if (text.startsWith("oci:")) {
      return new Layout(Path.of(text.substring("oci:".length())).toAbsolutePath().normalize());
    }
    if (Files.isRegularFile(Path.of(text, "oci-layout"))) {
      return new Layout(Path.of(text).toAbsolutePath().normalize());
    }
    DistroDescriptor.Bootstrappable choice = DistroDescriptor.bootstrappable(text);
    return new Bootstrap(choice.distro(), choice.release());
  }
}
