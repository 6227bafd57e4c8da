package io.kairos.boot;

import io.kairos.host.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What this machine was booted from. The words are those that scripts compare with. */
public enum BootState {
  ACTIVE("active_boot"),
  PASSIVE("passive_boot"),
  RECOVERY("recovery_boot"),
  LIVE("livecd_boot"),
  AUTORESET("autoreset_boot"),
  UNKNOWN("unknown");

  /** systemd's boot loader interface (systemd.io/BOOT_LOADER_INTERFACE). */
  private static final String LOADER_VENDOR = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

  private final String word;

  BootState(String word) {
    this.word = word;
  }

  /** {@code active_boot}, …; {@code unknown} for the last one. */
  public String word() {
    return word;
  }

  public static BootState observe(Host host) {
    String cmdline = read(host.path("/proc/cmdline")).orElse("");
    return of(
        cmdline,
        efiVariable(host, "LoaderDevicePartUUID"),
        efiVariable(host, "LoaderEntrySelected"));
  }

  /**
   * The first rule that applies: memory, unified kernel image, then words anywhere in the command
   * line, in an order that matters because they may appear together.
   *
   * @param loaderDevice raw EFI variable, control characters removed
   * @param loaderEntry raw EFI variable, control characters removed
   */
  public static BootState of(
      String cmdline, Optional<String> loaderDevice, Optional<String> loaderEntry) {
    if (isInRam(cmdline)) {
      return ACTIVE;
    }
    if (cmdline.contains("rd.immucore.uki")) {
      return loaderDevice.isEmpty() ? LIVE : ofEntry(loaderEntry.orElse(""));
    }
    if (cmdline.contains("kairos.reset")) {
      return AUTORESET;
    }
    if (cmdline.contains("COS_ACTIVE")) {
      return ACTIVE;
    }
    if (cmdline.contains("COS_PASSIVE")) {
      return PASSIVE;
    }
    if (containsAny(cmdline, "COS_RECOVERY", "COS_SYSTEM", "recovery-mode")) {
      return RECOVERY;
    }
    return containsAny(cmdline, "live:LABEL", "live:CDLABEL", "netboot") ? LIVE : UNKNOWN;
  }

  /** The whole system lives in memory: {@code kairos.ram}, alone or with a value or sub-key. */
  public static boolean isInRam(String cmdline) {
    return List.of(cmdline.strip().split("\\s+")).stream()
        .anyMatch(token -> token.matches("kairos\\.ram([=.].*)?"));
  }

  private static boolean containsAny(String cmdline, String... words) {
    return List.of(words).stream().anyMatch(cmdline::contains);
  }

  private static BootState ofEntry(String entry) {
    if (!entry.endsWith(".conf")) {
      return UNKNOWN;
    }
    if (entry.startsWith("active")) {
      return ACTIVE;
    }
    if (entry.startsWith("passive")) {
      return PASSIVE;
    }
    if (entry.startsWith("recovery")) {
      return RECOVERY;
    }
    return entry.startsWith("statereset") ? AUTORESET : UNKNOWN;
  }

  /**
   * Four octets of attributes, then UTF-16: what is left without control characters is the text.
   */
  private static Optional<String> efiVariable(Host host, String name) {
    Path file = host.path("/sys/firmware/efi/efivars/" + name + "-" + LOADER_VENDOR);
    return read(file).map(raw -> raw.replaceAll("\\p{Cntrl}", "")).filter(text -> !text.isEmpty());
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty(); // no such variable, no EFI
    }
  }
}
