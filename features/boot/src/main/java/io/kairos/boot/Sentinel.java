package io.kairos.boot;

import io.kairos.host.Host;
import java.nio.file.Files;

/** Empty files in {@code /run/cos} that tell units and stages how the machine was booted. */
public enum Sentinel {
  ACTIVE_MODE("active_mode"),
  PASSIVE_MODE("passive_mode"),
  RECOVERY_MODE("recovery_mode"),
  AUTORESET_MODE("autoreset_mode"),
  LIVE_MODE("live_mode"),
  IN_RAM_MODE("in_ram_mode"),
  UKI_BOOT_MODE("uki_boot_mode"),
  UKI_INSTALL_MODE("uki_install_mode"),
  UNKNOWN("unknown"),
  /** Written by GRUB's boot assessment through the boot stage: an upgrade did not come up. */
  UPGRADE_FAILURE("upgrade_failure");

  public static final String FOLDER = "/run/cos";

  private final String file;

  Sentinel(String file) {
    this.file = file;
  }

  public String path() {
    return FOLDER + "/" + file;
  }

  public boolean isPresent(Host host) {
    return Files.exists(host.path(path()));
  }

  /** The one that a boot in this state leaves. */
  public static Sentinel of(BootState state) {
    return switch (state) {
      case ACTIVE -> ACTIVE_MODE;
      case PASSIVE -> PASSIVE_MODE;
      case RECOVERY -> RECOVERY_MODE;
      case AUTORESET -> AUTORESET_MODE;
      case LIVE -> LIVE_MODE;
      case UNKNOWN -> UNKNOWN;
    };
  }
}
