package io.kairos.config;

import java.util.List;
import java.util.Optional;

/**
 * What the user wrote about upgrades.
 *
 * @param entry what to upgrade: a boot entry, or {@code recovery}
 * @param excludedPaths of the image, which stay as they are
 */
public record UpgradeConfig(
    boolean recovery,
    Optional<String> entry,
    ImageConfig system,
    ImageConfig recoverySystem,
    String grubEntryName,
    boolean reboot,
    boolean poweroff,
    List<String> extraDirectories,
    boolean allowInsecureRegistries,
    List<String> excludedPaths) {
  public UpgradeConfig {
    extraDirectories = List.copyOf(extraDirectories);
    excludedPaths = List.copyOf(excludedPaths);
  }

  static UpgradeConfig read(Section upgrade) {
    return new UpgradeConfig(
        upgrade.flag("recovery", "upgrade the recovery system").orElse(false),
        upgrade
            .text("entry", "boot entry to upgrade; 'recovery' is the recovery system")
            .optional(),
        ImageConfig.in(upgrade, "system", "active image"),
        ImageConfig.in(upgrade, "recovery-system", "recovery image"),
        upgrade.text("grub-entry-name", "title of the boot entry").orElse("Kairos"),
        upgrade.flag("reboot", "reboot when done").orElse(false),
        upgrade.flag("poweroff", "power off when done").orElse(false),
        upgrade.texts("extra-dirs-rootfs", "directories to create").orElse(List.of()),
        upgrade.flag("allow-insecure-registries", "pull over plain HTTP too").orElse(false),
        upgrade.texts("excluded-paths", "paths of the image to leave out").orElse(List.of()));
  }

  /** Whether the recovery system is meant, by either key. */
  public boolean upgradesRecovery() {
    return recovery || entry.filter("recovery"::equals).isPresent();
  }
}
