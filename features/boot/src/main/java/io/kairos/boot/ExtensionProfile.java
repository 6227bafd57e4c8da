package io.kairos.boot;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The boots for which an extension is enabled. */
public enum ExtensionProfile {
  ACTIVE,
  PASSIVE,
  RECOVERY,
  /** Each of them. */
  COMMON;

  /** As options and folders have it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of a boot besides {@link #COMMON}; none for a medium. */
  public static Optional<ExtensionProfile> of(BootState state) {
    return switch (state) {
      case ACTIVE -> Optional.of(ACTIVE);
      case PASSIVE -> Optional.of(PASSIVE);
      case RECOVERY, AUTORESET -> Optional.of(RECOVERY);
      case LIVE, UNKNOWN -> Optional.empty();
    };
  }

  /** What a boot loads, in the order that counts; nothing on a medium. */
  public static List<ExtensionProfile> loadedBy(BootState state) {
    return of(state).map(profile -> List.of(profile, COMMON)).orElse(List.of());
  }
}
