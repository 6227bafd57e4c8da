package io.kairos.agent.upgrade;

import io.kairos.agent.node.PlanFormat;
import io.kairos.base.Refused;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says about an upgrade.
 *
 * @param source with its scheme; the configuration names one otherwise
 * @param what systems to replace
 * @param view shows the plan instead of following it
 */
public record UpgradeArguments(
    Optional<String> source,
    What what,
    List<String> leftOut,
    boolean allowsInsecureRegistries,
    boolean reboots,
    boolean isStrict,
    Optional<PlanFormat> view) {
  /** Which systems. */
  public enum What {
    /** The active one, unless the configuration means the recovery system. */
    USUAL,
    RECOVERY,
    ALL
  }

  private static final List<String> SCHEMES = List.of("oci:", "dir:", "file:", "ocifile:");

  public UpgradeArguments {
    leftOut = List.copyOf(leftOut);
    source.ifPresent(UpgradeArguments::requireScheme);
  }

  private static void requireScheme(String source) {
    if (SCHEMES.stream().noneMatch(source::startsWith)) {
      throw new Refused(
          "source " + source + " does not match any of oci:, dir:, file: or ocifile:",
          "for an image of a registry, write oci:" + source);
    }
  }
}
