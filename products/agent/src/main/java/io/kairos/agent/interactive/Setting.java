package io.kairos.agent.interactive;

import io.kairos.agent.install.InstallTargets;
import java.util.List;
import java.util.Optional;

/**
 * What the pages know from the start.
 *
 * @param title of every page
 * @param disks those that may be chosen, and those that may not
 * @param hasAdvanced whether people may do more than choose a disk
 * @param prompts of providers
 * @param source image to install, when it is not the medium's
 */
record Setting(
    String title,
    List<InstallTargets.Target> disks,
    boolean hasAdvanced,
    List<ProviderPrompt> prompts,
    Optional<String> source) {
  Setting {
    disks = List.copyOf(disks);
    prompts = List.copyOf(prompts);
  }
}
