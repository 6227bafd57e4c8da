package io.kairos.auroraboot;

import io.kairos.base.Bytes;
import io.kairos.base.Problem;
import io.kairos.plan.Applier;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A finished ISO.
 *
 * @param iso the file
 * @param sha256 in hex; also in the file beside it
 * @param sbom copy of the image's SBOM beside it, when the image came with one
 * @param warnings about the cloud-config
 * @param steps with their times
 */
public record BuiltIso(
    Path iso,
    Bytes size,
    String sha256,
    Optional<Path> sbom,
    List<Problem> warnings,
    List<Applier.Done> steps) {
  public BuiltIso {
    warnings = List.copyOf(warnings);
    steps = List.copyOf(steps);
  }
}
