package io.kairos.convert;

import io.kairos.base.HostFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says what usually lies behind the bootstrapper's messages, and what to do about it. */
final class BootstrapFailure {
  private static final String MIRROR_REMEDY =
      "try again, check the network and the proxy, or name another mirror with --mirror";

  /** Texts of apt, dpkg and mmdebstrap; the first that occurs counts. */
  private static final List<Map.Entry<String, String>> CAUSES =
      List.of(
          Map.entry("No space left on device", "no space left"),
          Map.entry("NO_PUBKEY", "the repository is signed by an unknown key"),
          Map.entry("Hash Sum mismatch", "the mirror sent a damaged file"),
          Map.entry("unexpected size", "the mirror sent a file of another size than it announced"),
          Map.entry("Could not resolve", "the mirror's name cannot be resolved"),
          Map.entry("Unable to connect", "the mirror does not answer"),
          Map.entry("Could not connect", "the mirror does not answer"),
          Map.entry("Connection failed", "the mirror broke off"),
          Map.entry("Failed to fetch", "the mirror did not deliver a file"),
          Map.entry("Unable to locate package", "the repository lacks a package"));

  private BootstrapFailure() {}

  static HostFailure explained(String distro, Path scratch, HostFailure failure) {
    String text = failure.getMessage();
    Optional<Map.Entry<String, String>> cause =
        CAUSES.stream().filter(entry -> text.contains(entry.getKey())).findFirst();
    if (cause.isEmpty()) {
      return failure;
    }
    String said =
        text.lines()
            .map(String::strip)
            .filter(line -> line.contains(cause.get().getKey()))
            .findFirst()
            .orElse("");
    return HostFailure.withRemedy(
        "cannot bootstrap " + distro + ": " + cause.get().getValue() + ": " + said,
        switch (cause.get().getKey()) {
          case "No space left on device" -> "make room for 4 GiB on the file system of " + scratch;
          case "NO_PUBKEY" -> "install a newer debian-archive-keyring";
          case "Unable to locate package" -> "check the distribution's descriptor";
          default -> MIRROR_REMEDY;
        });
  }
}
