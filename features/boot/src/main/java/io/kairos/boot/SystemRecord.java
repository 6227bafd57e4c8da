package io.kairos.boot;

import java.time.Instant;
import java.util.Optional;

/**
 * What a node knows of a system in one of its slots.
 *
 * @param source where it came from: {@code oci://…}, {@code dir://…}
 * @param digest of the image, {@code sha256:…}, when it came from one
 * @param version that it gives itself, {@code KAIROS_VERSION}
 * @param installed when it was put into its slot
 * @param good when it had come up and passed its health checks for the first time
 * @param failure why it did not, the last time
 */
public record SystemRecord(
    String source,
    Optional<String> digest,
    Optional<String> version,
    Instant installed,
    Optional<Instant> good,
    Optional<Failure> failure) {

  /**
   * @param reason for people
   */
  public record Failure(Instant when, String reason) {}

  public static SystemRecord of(
      String source, Optional<String> digest, Optional<String> version, Instant installed) {
    return new SystemRecord(source, digest, version, installed, Optional.empty(), Optional.empty());
  }

  /** It came up; what had been wrong is no more. */
  public SystemRecord passed(Instant when) {
    return new SystemRecord(
        source, digest, version, installed, good.or(() -> Optional.of(when)), Optional.empty());
  }

  public SystemRecord failed(Instant when, String reason) {
    return new SystemRecord(
        source, digest, version, installed, good, Optional.of(new Failure(when, reason)));
  }

  /** Its name for people: version and source, as far as they are known. */
  public String title() {
    return version.map(known -> known + " from " + source).orElse(source);
  }
}
