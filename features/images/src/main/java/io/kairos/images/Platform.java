package io.kairos.images;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
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

  /**
   * {@code os/architecture} or {@code os/architecture/variant}.
   *
   * @throws InvalidConfig when the text is something else
   */
  public static Platform parse(String text) {
    String[] parts = text.strip().split("/", -1);
    boolean isPlatform = parts.length == 2 || parts.length == 3;
    for (String part : parts) {
      isPlatform &= part.matches("[A-Za-z0-9_.-]+");
    }
    if (!isPlatform) {
      throw new InvalidConfig(
          Problem.of("'" + text + "' is no platform").withRemedy("write it as linux/arm64"));
    }
    return new Platform(
        parts[0],
        GO_NAMES.getOrDefault(parts[1], parts[1]),
        parts.length == 3 ? Optional.of(parts[2]) : Optional.empty());
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
