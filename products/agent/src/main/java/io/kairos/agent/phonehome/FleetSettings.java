package io.kairos.agent.phonehome;

import io.kairos.base.Refused;
import io.kairos.base.Secret;
import io.kairos.config.PhoneHomeConfig;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How this node phones home.
 *
 * @param url of the server, without a slash at its end; http or https
 * @param heartbeat time between two reports
 * @param backoff pause before the second attempt to reach the server; doubled up to {@link
 *     #LONGEST_PAUSE}
 * @param downloads how often the download of an image may fail
 * @param downloadPause before the second attempt of a download; doubled up to the same length
 * @param allowed commands that the server may give
 */
record FleetSettings(
    URI url,
    Optional<Secret> token,
    Optional<String> group,
    Map<String, String> labels,
    Duration heartbeat,
    Duration backoff,
    int downloads,
    Duration downloadPause,
    Set<String> allowed) {
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private static final List<String> USUALLY_ALLOWED =
      List.of("upgrade", "upgrade-recovery", "reboot", "unregister");
  private static final Duration USUAL_HEARTBEAT = Duration.ofSeconds(30);
  private static final Duration USUAL_PAUSE = Duration.ofSeconds(5);
  private static final long USUAL_RETRIES = 3;
  private static final long MOST_RETRIES = 100;

  FleetSettings {
    labels = Map.copyOf(labels);
    allowed = Set.copyOf(allowed);
  }

  /**
   * @throws Refused when nothing says where home is
   */
  static FleetSettings of(PhoneHomeConfig config, PhoneHomeCommand.Arguments arguments) {
    String url =
        arguments
            .url()
            .or(config::url)
            .filter(text -> !text.isBlank())
            .orElseThrow(
                () ->
                    new Refused(
                        "phonehome URL required: nothing says which server this node reports to",
                        "set phonehome.url in the cloud-config, or give --url"));
    return new FleetSettings(
        parsed(url),
        arguments.token().map(Secret::of).or(config::registrationToken),
        arguments.group().or(config::group).filter(group -> !group.isEmpty()),
        config.labels(),
        positive(arguments.heartbeat().or(config::heartbeatInterval), USUAL_HEARTBEAT),
        positive(config.reconnectBackoff(), USUAL_PAUSE),
        1
            + (int)
                Math.clamp(config.artifactDownloadRetries().orElse(USUAL_RETRIES), 0, MOST_RETRIES),
        positive(config.artifactDownloadRetryInterval(), USUAL_PAUSE),
        new LinkedHashSet<>(config.allowedCommands().orElse(USUALLY_ALLOWED)));
  }

  private static URI parsed(String text) {
    String trimmed = text.strip().replaceAll("/+$", "");
    if (!trimmed.matches("https?://[^/?#\\s]+[^?#\\s]*")) {
      throw new Refused(
          "phonehome.url is no address of a server: " + text,
          "write it as https://HOST or http://HOST:PORT");
    }
    return URI.create(trimmed);
  }

  /** A pause of no length would make a node a nuisance. */
  private static Duration positive(Optional<Duration> wished, Duration usual) {
    return wished.filter(Duration::isPositive).orElse(usual);
  }

  /** {@code http} becomes {@code ws}, {@code https} becomes {@code wss}. */
  URI session(String key) {
    return URI.create("ws" + url.toString().substring("http".length()) + "/api/v1/ws?token=" + key);
  }

  URI registration() {
    return URI.create(url + "/api/v1/nodes/register");
  }

  URI artifact(String id, String key) {
    return URI.create(url + "/api/v1/artifacts/" + id + "/image?token=" + key);
  }
}
