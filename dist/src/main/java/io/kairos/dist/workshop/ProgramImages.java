package io.kairos.dist.workshop;

import io.kairos.base.Refused;
import io.kairos.dist.SourceDateEpoch;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.Descriptor;
import io.kairos.images.ImageBuilder;
import io.kairos.images.LayerCompression;
import io.kairos.images.Packer;
import io.kairos.images.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What the verbs have in common that make container images of programs of this project. */
final class ProgramImages {
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  private final LinuxHost host;
  private final Map<String, String> environment;

  ProgramImages(LinuxHost host, Map<String, String> environment) {
    this.host = host;
    this.environment = environment;
  }

  /** Before anything is made. */
  static void requireRoot() {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new Refused("files of an image belong to root", "start it as root");
    }
  }

  /** The time of an image whose bytes have to be those of another day. */
  Optional<Instant> created() {
    return SourceDateEpoch.of(environment);
  }

  /**
   * Makes a Java runtime of the JDK that runs.
   *
   * @param place must not be there yet
   */
  void linkJava(List<String> modules, Path place) {
    host.run(
        Command.of(WorkshopHome.ofProcess().jdk().resolve("bin/jlink").toString())
            .with("--add-modules", String.join(",", modules))
            .with("--strip-debug", "--no-header-files", "--no-man-pages", "--compress=zip-6")
            .with("--output", place.toString())
            .within(DEADLINE));
  }

  /**
   * Writes an image as an archive of an OCI layout, whole or not at all.
   *
   * @param layout a folder for the time being
   * @param created time of the image, and the latest of its files
   * @param content adds what the image consists of
   * @return its manifest
   */
  Descriptor pack(Path layout, Instant created, Path archive, Consumer<ImageBuilder> content)
      throws IOException {
    Descriptor manifest;
    try (var image =
        ImageBuilder.to(
            layout,
            Platform.linux(System.getProperty("os.arch")),
            created,
            LayerCompression.GZIP,
            host.kernel())) {
      content.accept(image);
      manifest = image.commit();
    }
    new Packer(host.kernel(), created).archive(layout, archive);
    return manifest;
  }

  /** One entry a line; a {@code #} at its start or after a blank begins a comment. */
  static List<String> lines(String resource) throws IOException {
    return text(resource)
        .lines()
        .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /**
   * @param resource below the folder of this class
   */
  static String text(String resource) throws IOException {
    try (InputStream in = ProgramImages.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("this program was built without " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
