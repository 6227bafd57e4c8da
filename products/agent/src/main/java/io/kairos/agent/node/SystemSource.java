package io.kairos.agent.node;

import io.kairos.images.Digest;
import io.kairos.images.Flattened;
import java.nio.file.Path;
import java.util.Optional;

/** Where a system comes from, once it lies on this machine. */
public sealed interface SystemSource {
  /** A directory tree: the live system, or an unpacked image. */
  record Tree(Path root) implements SystemSource {
    @Override
    public String text() {
      return "dir://" + root;
    }
  }

  /** A file system image, copied octet by octet. */
  record ImageFile(Path file) implements SystemSource {
    @Override
    public String text() {
      return "file://" + file;
    }
  }

  /**
   * An image of a registry, a layout or an archive, whole and verified, to be unpacked.
   *
   * @param text {@code oci://…} or {@code ocifile://…}
   * @param digest of its manifest; an archive without one has none
   */
  record Image(String text, Flattened root, Optional<Digest> digest) implements SystemSource {}

  /** An image that has yet to be fetched: for plans that are shown, not followed. */
  record Unseen(String text) implements SystemSource {}

  /** As it is kept in state files. */
  String text();
}
