package io.kairos.agent;

import io.kairos.host.Host;
import io.kairos.images.ImageDelivery;
import io.kairos.images.ImagePull;
import io.kairos.images.ImageSource;
import io.kairos.images.Platform;
import io.kairos.images.RegistryAccess;
import io.kairos.images.UnpackOptions;
import io.kairos.stages.action.ImageUnpacker;

/** Gives stages the images that they cannot know: {@code unpack_images}. */
public final class NodeImageUnpacker implements ImageUnpacker {
  @Override
  public void unpack(Host host, String source, String target, String platform) {
    var pull = new ImagePull(RegistryAccess.of(host, System.getenv()));
    new ImageDelivery(host.kernel(), UnpackOptions.ROOT_FILE_SYSTEM, pull)
        .deliver(
            below(host, ImageSource.parse(source)),
            Platform.parse(platform),
            host.resolved(target));
  }

  /** Paths that users write are paths of the host. */
  private static ImageSource below(Host host, ImageSource source) {
    return switch (source) {
      case ImageSource.OciFile(var path) ->
          new ImageSource.OciFile(host.resolved(path.toAbsolutePath().toString()));
      case ImageSource.Directory(var path) ->
          new ImageSource.Directory(host.resolved(path.toAbsolutePath().toString()));
      case ImageSource.ImageFile _, ImageSource.OciImage _ -> source;
    };
  }
}
