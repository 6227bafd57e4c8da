package io.kairos.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the user wrote about upgrades.
 *
 * @param entry what to upgrade: a boot entry, or {@code recovery}
 * @param excludedPaths of the image, which stay as they are
 * @param healthTimeout how long a new system may take to become healthy
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
    List<String> excludedPaths,
    Duration healthTimeout) {
  private static final Duration HEALTH_TIMEOUT = Duration.ofMinutes(10);
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(s|m|h)");

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
        upgrade.texts("excluded-paths", "paths of the image to leave out").orElse(List.of()),
        upgrade
            .parsed(
                "health-timeout",
                "how long a new system may take to become healthy: 90s, 1h; 10m if not set",
                UpgradeConfig::duration)
            .optional()
            .orElse(HEALTH_TIMEOUT));
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "must be a number and its unit, such as 90s, 10m or 1h, not '" + text + "'");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  /** Whether the recovery system is meant, by either key. */
  public boolean upgradesRecovery() {
    return recovery || entry.filter("recovery"::equals).isPresent();
  }
}
