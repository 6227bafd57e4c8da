package io.kairos.images;

import java.util.Map;
import java.util.Optional;

/**
 * What an image runs on, in Go's words.
 *
 * @param os {@code linux}
 * @param architecture {@code amd64}, {@code arm64}, {@code riscv64}
 * @param variant {@code v8}
 */
public record Platform(String os, String architecture, Optional<String> variant) {
  private static final Map<String, String> GO_NAMES = Map.of("x86_64", "amd64", "aarch64", "arm64");

  public static Platform linux(String architecture) {
    return new Platform(
        "linux", GO_NAMES.getOrDefault(architecture, architecture), Optional.empty());
  }

  /** A variant that only one side names makes no difference. */
  boolean accepts(Platform other) {
    return os.equals(other.os)
        && architecture.equals(other.architecture)
        && (variant.isEmpty() || other.variant.isEmpty() || variant.equals(other.variant));
  }

  @Override
  public String toString() {
    return os + "/" + architecture + variant.map(v -> "/" + v).orElse("");
  }
}
