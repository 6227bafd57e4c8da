package io.kairos.convert;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A part of a conversion that can be left out. Words are those of kairos-init, which users have in
 * their Dockerfiles.
 */
public enum ConvertPart {
  INSTALL_PACKAGES("installPackages", Phase.INSTALL, "installs the packages that a node needs"),
  INSTALL_KERNEL("installKernel", Phase.INSTALL, "installs the kernel and its firmware"),
  BRANDING("branding", Phase.INSTALL, "writes the texts of installer and boot menu"),
  GRUB("grub", Phase.INSTALL, "writes GRUB's configuration and the kernel's parameters"),
  MISCELLANEOUS(
      "miscellaneous", Phase.INSTALL, "makes mount points; writes greeting, motd and suc-upgrade"),
  CLOUD_CONFIGS("cloudconfigs", Phase.INSTALL, "writes the cloud-configs of /system/oem"),
  KAIROS_BINARIES(
      "kairosBinaries", Phase.INSTALL, "copies the run-time and links its names in /usr/bin"),
  KAIROS_RELEASE("kairosRelease", Phase.INIT, "writes /etc/kairos-release"),
  KERNEL("kernel", Phase.INIT, "links /boot/vmlinuz to the newest kernel"),
  INITRAMFS_CONFIGS("initramfsConfigs", Phase.INIT, "configures dracut and adds its module"),
  INITRD("initrd", Phase.INIT, "builds /boot/initrd"),
  SERVICES("services", Phase.INIT, "adds units; enables, disables and masks them"),
  SSH_HARDENING("sshHardening", Phase.INIT, "hardens sshd and drops its weak groups"),
  WORKAROUNDS("workarounds", Phase.INIT, "makes up for what distributions lack"),
  CLEAN_UP("cleanup", Phase.INIT, "removes identities, caches and logs");

  /** The halves of a conversion: what is slow and seldom changes, and what has to be last. */
  public enum Phase {
    INSTALL("install", "packages, files and the run-time"),
    INIT("init", "identity, kernel, initramfs, services, clean-up");

    private final String word;
    private final String summary;

    Phase(String word, String summary) {
      this.word = word;
      this.summary = summary;
    }

    public String word() {
      return word;
    }

    public String summary() {
      return summary;
    }
  }

  private final String word;
  private final Phase phase;
  private final String summary;

  ConvertPart(String word, Phase phase, String summary) {
    this.word = word;
    this.phase = phase;
    this.summary = summary;
  }

  public String word() {
    return word;
  }

  public String summary() {
    return summary;
  }

  public static EnumSet<ConvertPart> all() {
    return EnumSet.allOf(ConvertPart.class);
  }

  public static Set<ConvertPart> of(Phase phase) {
    var parts = EnumSet.noneOf(ConvertPart.class);
    Arrays.stream(values()).filter(part -> part.phase == phase).forEach(parts::add);
    return parts;
  }

  /**
   * @param word in any case
   */
  public static Optional<ConvertPart> named(String word) {
    return Arrays.stream(values()).filter(part -> part.word.equalsIgnoreCase(word)).findFirst();
  }
}
