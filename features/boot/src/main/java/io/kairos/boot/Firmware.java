package io.kairos.boot;

import io.kairos.host.Host;
import java.nio.file.Files;

/** How this machine starts its boot loader. */
public enum Firmware {
  BIOS,
  EFI;

  public static Firmware observe(Host host) {
    return Files.isDirectory(host.path("/sys/firmware/efi")) ? EFI : BIOS;
  }
}
