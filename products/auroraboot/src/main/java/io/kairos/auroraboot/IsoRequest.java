package io.kairos.auroraboot;

import io.kairos.images.ImageSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Asks for an ISO. Relative paths are those of the working directory.
 *
 * @param image an OCI layout ({@link ImageSource.OciFile}) or a directory
 * @param cloudConfig for the installer, and for the node it installs
 * @param overlays folders whose files are put on the medium, over ours, in this order
 * @param rootOverlay folder whose files are laid over the root file system
 * @param name of the file, without {@code .iso}
 * @param output folder of the result
 * @param latest no file on the medium is younger ({@code SOURCE_DATE_EPOCH}); otherwise the time
 *     when the image was created
 */
public record IsoRequest(
    ImageSource image,
    Optional<Path> cloudConfig,
    List<Path> overlays,
    Optional<Path> rootOverlay,
    Optional<String> name,
    Path output,
    LiveMenu menu,
    Optional<Instant> latest) {
  public IsoRequest {
    cloudConfig = cloudConfig.map(Path::toAbsolutePath);
    overlays = overlays.stream().map(Path::toAbsolutePath).toList();
    rootOverlay = rootOverlay.map(Path::toAbsolutePath);
    output = output.toAbsolutePath();
    name.ifPresent(
        text -> {
          if (text.isEmpty() || text.contains("/")) {
            throw new IllegalArgumentException("not a file name: '" + text + "'");
          }
        });
  }
}
