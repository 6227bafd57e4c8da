package io.kairos.config;

import java.util.List;

/** What the user wrote about going back to the state of a new node. */
public record ResetConfig(
    boolean resetPersistent,
    boolean resetOem,
    boolean reboot,
    boolean poweroff,
    String grubEntryName,
    String tty,
    List<String> extraDirectories,
    ImageConfig system,
    ImageConfig passive) {
  public ResetConfig {
    extraDirectories = List.copyOf(extraDirectories);
  }

  static ResetConfig read(Section reset) {
    return new ResetConfig(
        reset.flag("reset-persistent", "format the persistent partition").orElse(true),
        reset.flag("reset-oem", "format the oem partition, with the configs on it").orElse(false),
        reset.flag("reboot", "reboot when done").orElse(false),
        reset.flag("poweroff", "power off when done").orElse(false),
        reset.text("grub-entry-name", "title of the boot entry").orElse("Kairos"),
        reset.text("tty", "more consoles for the kernel").orElse("tty1"),
        reset.texts("extra-dirs-rootfs", "directories to create").orElse(List.of()),
        ImageConfig.in(reset, "system", "image to go back to"),
        ImageConfig.in(reset, "passive", "passive image"));
  }
}
