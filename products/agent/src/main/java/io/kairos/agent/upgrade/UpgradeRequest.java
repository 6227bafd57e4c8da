package io.kairos.agent.upgrade;

import io.kairos.base.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What a user wants of an upgrade.
 *
 * @param size of the new image; a system that needs more gets more
 * @param title of the boot entry, instead of the one that the image brings
 * @param extraFolders made in the new system
 * @param leftOut patterns of paths that the new system shall not have
 * @param isStrict whether a failing hook ends the upgrade
 */
public record UpgradeRequest(
    Target target,
    Optional<Bytes> size,
    Optional<String> title,
    List<String> extraFolders,
    List<String> leftOut,
    boolean isStrict) {
  /** Which of the node's systems is replaced. */
  public enum Target {
    ACTIVE,
    RECOVERY,
    /** None: the passive one becomes the active one again, as it is. */
    PREVIOUS
  }

  /** Of a target, as the system and the node are. */
  public static UpgradeRequest of(Target target) {
    return new UpgradeRequest(
        target, Optional.empty(), Optional.empty(), List.of(), List.of(), false);
  }

  public UpgradeRequest {
    extraFolders = List.copyOf(extraFolders);
    leftOut = List.copyOf(leftOut);
  }
}
