package io.kairos.agent.reset;

import io.kairos.base.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What a user wants of a reset.
 *
 * @param formatsPersistent the data of the node go
 * @param formatsOem its cloud-configs go too
 * @param size of the systems; one that needs more gets more
 * @param title of the boot entry, instead of the one that the image brings
 * @param tty one more console for the kernel
 * @param extraFolders made in the new system
 * @param isStrict whether a failing hook ends the reset
 */
public record ResetRequest(
    boolean formatsPersistent,
    boolean formatsOem,
    Optional<Bytes> size,
    Optional<String> title,
    Optional<String> tty,
    List<String> extraFolders,
    boolean isStrict) {
  public ResetRequest {
    extraFolders = List.copyOf(extraFolders);
  }
}
