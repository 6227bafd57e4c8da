package io.kairos.agent.install;

import io.kairos.agent.node.PlanFormat;
import java.util.Optional;

/**
 * The command line of {@code install} and {@code manual-install}.
 *
 * @param config file or URL of manual-install; absent for install
 * @param usesDefaultFolders manual-install reads the node's own cloud-configs too
 * @param view only show the plan
 */
public record InstallArguments(
    Optional<String> config,
    Optional<String> source,
    Optional<String> device,
    boolean reboots,
    boolean powersOff,
    boolean usesDefaultFolders,
    boolean allowsInsecureRegistries,
    boolean isStrict,
    Optional<PlanFormat> view) {

  /** {@code kairos-agent install} with nothing else on its command line. */
  public static InstallArguments unattended() {
    return new InstallArguments(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        true,
        false,
        false,
        Optional.empty());
  }
}
