package io.kairos.config;

import io.kairos.base.Secret;
import io.kairos.formats.gofmt.GoDuration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fleet server that a node reports to.
 *
 * @param url enables it
 * @param allowedCommands absent allows upgrade, upgrade-recovery, reboot and unregister; an empty
 *     list allows nothing
 */
public record PhoneHomeConfig(
    Optional<String> url,
    Optional<Secret> registrationToken,
    Optional<String> group,
    Map<String, String> labels,
    Optional<Duration> heartbeatInterval,
    Optional<Duration> reconnectBackoff,
    Optional<Long> artifactDownloadRetries,
    Optional<Duration> artifactDownloadRetryInterval,
    Optional<List<String>> allowedCommands) {
  private static final String DURATION = "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$";

  public PhoneHomeConfig {
    labels = Map.copyOf(labels);
    allowedCommands = allowedCommands.map(List::copyOf);
  }

  static PhoneHomeConfig read(Section phoneHome) {
    return new PhoneHomeConfig(
        phoneHome.text("url", "address of the server; without it there is no reporting").optional(),
        phoneHome.parsed("registration_token", "proof for the first report", Secret::of).optional(),
        phoneHome.text("group", "group of the node").optional(),
        phoneHome.textMap("labels", "labels of the node").orElse(Map.of()),
        duration(phoneHome, "heartbeat_interval", "time between reports"),
        duration(phoneHome, "reconnect_backoff", "time before another attempt"),
        phoneHome.number("artifact_download_retries", "attempts to fetch an image").optional(),
        duration(phoneHome, "artifact_download_retry_interval", "time between these attempts"),
        phoneHome
            .texts(
                "allowed_commands",
                "what the server may ask for; upgrade, upgrade-recovery, reboot and unregister by"
                    + " default")
            .optional());
  }

  /** As Go writes it. */
  private static Optional<Duration> duration(Section phoneHome, String key, String meaning) {
    Optional<Duration> duration =
        phoneHome.parsed(key, meaning + ", such as 30s or 5m", PhoneHomeConfig::parse).optional();
    var _ = phoneHome.constrain(key, "pattern", DURATION);
    return duration;
  }

  private static Duration parse(String text) {
    return Optional.of(text)
        .filter(written -> written.matches(DURATION))
        .flatMap(GoDuration::parse)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be a duration, such as 30s or 5m, not '" + text + "'"));
  }
}
