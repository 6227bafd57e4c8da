package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.FileTree;
import io.kairos.host.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes an image over a directory that may hold other things. It is fetched, verified and unpacked
 * in a folder inside that directory first, so that a failure leaves the directory as it was, and
 * nothing crosses file systems.
 */
public final class ImageDelivery {
  private final Kernel kernel;
  private final UnpackOptions options;
  private final Registry registry;

  public ImageDelivery(Kernel kernel, UnpackOptions options, Registry registry) {
    this.kernel = kernel;
    this.options = options;
    this.registry = registry;
  }

  /**
   * @param source an image of a registry, an archive or layout, or a directory that is a layout
   * @param target an existing directory
   * @throws Refused when the source is of a kind that cannot be unpacked
   */
  public void deliver(ImageSource source, Platform platform, Path target) {
    Path work = target.resolve(".kairos-unpack-" + UUID.randomUUID());
    try {
      Files.createDirectory(work);
      Path layout = layout(source, platform, work.resolve("layout"));
      StoredImage image = OciLayout.open(layout).image(Optional.empty(), Optional.of(platform));
      Path tree = work.resolve("tree");
      new Unpacker(kernel, options).unpack(Flattened.of(image), tree);
      TreeMerge.move(tree, target);
    } catch (IOException e) {
      throw new HostFailure("cannot unpack " + source + " to " + target, e);
    } finally {
      FileTree.delete(work);
    }
  }

  private Path layout(ImageSource source, Platform platform, Path place) {
    return switch (source) {
      case ImageSource.OciImage(var reference) -> {
        registry.pull(reference, platform, place);
        yield place;
      }
      case ImageSource.OciFile(var path) -> {
        if (!Files.isRegularFile(path)) {
          yield path;
        }
        ImageArchive.toLayout(path, place);
        yield place;
      }
      case ImageSource.Directory(var path) -> path;
      case ImageSource.ImageFile(var path) ->
          throw new Refused(
              "a disk or squashfs image cannot be unpacked: " + path,
              "use an image of a registry, or ocifile:PATH of an archive or OCI layout");
    };
  }
}
