package io.kairos.convert;

import io.kairos.images.LayerCompression;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What somebody wants converted.
 *
 * @param runtime directory that becomes {@code /usr/lib/kairos}; its {@code bin/kairos} is the
 *     launcher and becomes {@code /usr/bin/kairos}
 * @param output directory of the OCI layout
 * @param work directory for what can be used again; it may grow to a few GiB
 * @param architecture in Go's words: {@code amd64}
 * @param model {@code generic}
 * @param mirror instead of the distribution's own
 * @param epoch no file of the image is newer; equal values make equal images (SOURCE_DATE_EPOCH).
 *     Left out, it is when the newest repository was made, or this moment.
 */
public record ConvertRequest(
    ConvertSource source,
    ImageVersion version,
    Path runtime,
    Path output,
    Path work,
    String architecture,
    String model,
    Optional<String> mirror,
    LayerCompression compression,
    Optional<Instant> epoch) {
  public static final String VARIANT = "core";

  public ConvertRequest {
    runtime = runtime.toAbsolutePath().normalize();
    output = output.toAbsolutePath().normalize();
    work = work.toAbsolutePath().normalize();
  }

  /**
   * What changes the root in which this program runs.
   *
   * @param work directory of this program, which stays when the root is cleaned
   */
  public static ConvertRequest inPlace(
      ImageVersion version,
      Path runtime,
      Path work,
      String architecture,
      String model,
      Optional<Instant> epoch) {
    return new ConvertRequest(
        new ConvertSource.InPlace(Path.of("/")),
        version,
        runtime,
        work,
        work,
        architecture,
        model,
        Optional.empty(),
        LayerCompression.NONE,
        epoch);
  }

  /** The tree that is converted; a copy lives as long as the conversion. */
  Path root() {
    return source instanceof ConvertSource.InPlace(Path path) ? path : work.resolve("root");
  }
}
