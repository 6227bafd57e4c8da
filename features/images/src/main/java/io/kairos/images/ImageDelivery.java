package io.kairos.images;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.host.FileTree;
import io.kairos.host.Kernel;
import io.kairos.plan.StepProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes an image over a directory that may hold other things. It is fetched, verified and unpacked
 * in a folder inside that directory first, so that a failure leaves the directory as it was.
 * Nothing crosses file systems, unless the folder is elsewhere.
 */
public final class ImageDelivery {
  private final Kernel kernel;
  private final UnpackOptions options;
  private final ImagePull pull;

  public ImageDelivery(Kernel kernel, UnpackOptions options, ImagePull pull) {
    this.kernel = kernel;
    this.options = options;
    this.pull = pull;
  }

  /**
   * @param source an image of a registry, a layout, an archive, or a directory that is a layout
   * @param target an existing directory
   * @return when the image was created, if it says so
   * @throws Refused when the source is of a kind that cannot be unpacked
   */
  public Optional<Instant> deliver(ImageSource source, Platform platform, Path target) {
    return deliver(source, platform, target, StepProgress.IGNORED);
  }

  /**
   * As the other one.
   *
   * @param progress hears octets of the registry
   */
  public Optional<Instant> deliver(
      ImageSource source, Platform platform, Path target, StepProgress progress) {
    return deliver(source, platform, target, target, progress);
  }

  /**
   * As the other one, for a directory that may be read-only itself, with writable file systems
   * mounted in it: what lies on another file system than {@code room} is copied, then renamed.
   *
   * @param room a directory to unpack in
   */
  public Optional<Instant> deliver(
      ImageSource source, Platform platform, Path target, Path room, StepProgress progress) {
    Path work = room.resolve(".kairos-unpack-" + UUID.randomUUID());
    try {
      Files.createDirectory(work);
      LocalImage image = image(source, platform, work.resolve("store"), progress);
      Path tree = work.resolve("tree");
      new Unpacker(kernel, options).unpack(image.root(), tree);
      TreeMerge.move(tree, target);
      return image.image().flatMap(stored -> stored.config().createdAt());
    } catch (IOException e) {
      throw new HostFailure("cannot unpack " + source + " to " + target, e);
    } finally {
      FileTree.delete(work);
    }
  }

  private LocalImage image(
      ImageSource source, Platform platform, Path store, StepProgress progress) {
    return switch (source) {
      case ImageSource.OciImage(var reference) -> {
        PulledImage pulled = pull.pull(new PullRequest(reference, platform, store), progress);
        yield new LocalImage(pulled.root(), Optional.of(pulled.image()));
      }
      case ImageSource.OciFile(var path) -> LocalImage.open(path, platform, store);
      case ImageSource.Directory(var path) -> LocalImage.open(path, platform, store);
      case ImageSource.ImageFile(var path) ->
          throw new Refused(
              "a disk or squashfs image cannot be unpacked: " + path,
              "use an image of a registry, or ocifile:PATH of an archive or OCI layout");
    };
  }
}
