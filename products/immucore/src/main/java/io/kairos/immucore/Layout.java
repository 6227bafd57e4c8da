package io.kairos.immucore;

import io.kairos.formats.dotenv.DotEnv;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of the read-only image is writable, and what of that is kept.
 *
 * @param overlay backing store: {@code tmpfs:25%}, {@code LABEL=…} or {@code UUID=…}
 * @param ephemeral absolute paths that get an overlay, in this order
 * @param persistent absolute paths that are kept, parents before children
 * @param persistentTarget where their content lives
 * @param volumes {@code LABEL=…:/path} or {@code UUID=…:/path}
 */
record Layout(
    Optional<String> overlay,
    List<String> ephemeral,
    List<String> persistent,
    String persistentTarget,
    List<String> volumes) {
  private static final List<String> DEFAULT_EPHEMERAL =
      List.of("/etc", "/root", "/home", "/opt", "/srv", "/usr/local", "/var");

  /**
   * Merges the three files that stages may write.
   *
   * @param main cos-layout.env
   * @param extra extra-layout.env; only its persistent paths count
   * @param custom custom-layout.env, which the installer generates from {@code install.bind_mounts}
   *     and {@code install.ephemeral_mounts}
   */
  static Layout of(DotEnv main, DotEnv extra, DotEnv custom) {
    Set<String> ephemeral = paths(main.list("RW_PATHS"));
    if (ephemeral.isEmpty()) {
      ephemeral.addAll(DEFAULT_EPHEMERAL);
    }
    Set<String> persistent = paths(main.list("PERSISTENT_STATE_PATHS"));
    persistent.addAll(paths(main.list("CUSTOM_BIND_MOUNTS")));
    persistent.addAll(paths(extra.list("PERSISTENT_STATE_PATHS")));
    persistent.addAll(paths(custom.list("CUSTOM_BIND_MOUNTS")));
    ephemeral.addAll(paths(custom.list("CUSTOM_EPHEMERAL_MOUNTS")));
    return new Layout(
        main.get("OVERLAY").filter(text -> !text.isBlank()),
        List.copyOf(ephemeral),
        parentsFirst(persistent),
        main.get("PERSISTENT_STATE_TARGET")
            .filter(text -> !text.isBlank())
            .orElse("/usr/local/.state"),
        main.list("VOLUMES"));
  }

  private static List<String> parentsFirst(Set<String> paths) {
    List<String> sorted = new ArrayList<>(paths);
    sorted.sort(Comparator.comparingInt((String path) -> path.split("/").length));
    return List.copyOf(sorted);
  }

  /** Each once, without a slash at its end. */
  private static Set<String> paths(List<String> items) {
    Set<String> found = new LinkedHashSet<>();
    for (String item : items) {
      found.add(
          item.length() > 1 && item.endsWith("/") ? item.substring(0, item.length() - 1) : item);
    }
    return found;
  }

  /** {@code /etc/ssl/certs} → {@code etc-ssl-certs}, the name of its directory. */
  static String stateName(String path) {
    return path.replaceFirst("^/+", "").replace('/', '-');
  }
}
