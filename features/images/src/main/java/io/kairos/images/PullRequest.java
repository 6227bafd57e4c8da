package io.kairos.images;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is to be pulled, and from what it may be made.
 *
 * @param localTrees root file systems that are here, for example mounted slots; files that they
 *     have are not fetched
 * @param store folder that keeps what was fetched, so that the next attempt goes on; the image
 *     refers to it, and it may be deleted when the image is no longer needed
 * @param key with which the image has to be signed
 */
public record PullRequest(
    ImageReference reference,
    Platform platform,
    List<Path> localTrees,
    Path store,
    Optional<CosignKey> key) {
  public PullRequest {
    localTrees = List.copyOf(localTrees);
  }

  public PullRequest(ImageReference reference, Platform platform, Path store) {
    this(reference, platform, List.of(), store, Optional.empty());
  }

  public PullRequest reusing(List<Path> trees) {
    return new PullRequest(reference, platform, trees, store, key);
  }

  public PullRequest signedWith(CosignKey required) {
    return new PullRequest(reference, platform, localTrees, store, Optional.of(required));
  }
}
