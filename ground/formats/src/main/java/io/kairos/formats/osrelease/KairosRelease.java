package io.kairos.formats.osrelease;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an image says about itself. Images made before 3.x had these facts in os-release, those of
 * 2022 without the {@code KAIROS_} prefix; both are still found.
 *
 * @param kairos {@code /etc/kairos-release}
 * @param os {@code /etc/os-release}
 */
public record KairosRelease(Optional<OsRelease> kairos, Optional<OsRelease> os) {
  public static final String KAIROS_FILE = "/etc/kairos-release";
  public static final String OS_FILE = "/etc/os-release";
  private static final String PREFIX = "KAIROS_";

  /**
   * {@code KAIROS_<key>}, then {@code <key>}, of kairos-release; then both of os-release.
   *
   * @param key without prefix, for example {@code FLAVOR}
   */
  public Optional<String> find(String key) {
    return Stream.of(kairos, os)
        .flatMap(Optional::stream)
        .flatMap(file -> find(file, key).stream())
        .findFirst();
  }

  /** As {@link #find}, in kairos-release alone if there is one. */
  public Optional<String> findInOwnFile(String key) {
    return kairos.or(() -> os).flatMap(file -> find(file, key));
  }

  private static Optional<String> find(OsRelease file, String key) {
    return file.find(PREFIX + key).or(() -> file.find(key));
  }
}
