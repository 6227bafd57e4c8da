package io.kairos.stages.action;

import io.kairos.base.KairosException;
import io.kairos.host.Host;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Unpacks OS images, for {@code unpack_images}. Stages know nothing of images; whoever ships both
 * provides a service of this type ({@link ServiceLoader}).
 */
public interface ImageUnpacker {
  /**
   * Writes the merged layers of an image over a directory of a host.
   *
   * @param source as users write images
   * @param target an existing directory; what the image does not have stays
   * @param platform {@code os/architecture}, in Go's words
   * @throws KairosException when it cannot be had, is damaged, or does not fit over what is there
   */
  void unpack(Host host, String source, String target, String platform);

  /** The one of this program, if it has one. */
  static Optional<ImageUnpacker> installed() {
    return ServiceLoader.load(ImageUnpacker.class).findFirst();
  }
}
