package io.kairos.agent.webui;

import io.kairos.agent.webui.http.HttpRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a browser means this machine. A page of somebody else's can make a browser send requests
 * here, by a name that suddenly resolves to this address; but not under one of these names.
 *
 * @param hostName of this machine
 */
record VisitedHost(String hostName) {
  private static final String IPV4 = "[0-9]{1,3}(\\.[0-9]{1,3}){3}";
  private static final String IPV6 = "\\[[0-9a-fA-F:.]+(%25[0-9a-zA-Z._~-]+)?\\]";

  /** An address, {@code localhost}, or this machine's name in whatever domain. */
  boolean isMeantBy(HttpRequest request) {
    String host = request.header("host").orElse("").toLowerCase(Locale.ROOT);
    String name = host.replaceFirst(":[0-9]{1,5}$", "");
    return name.matches(IPV4)
        || name.matches(IPV6)
        || name.equals("localhost")
        || (!hostName.isEmpty() && name.split("\\.", 2)[0].equals(hostName));
  }

  /** Programs say no origin; browsers say that of the page, which has to be ours. */
  static boolean isOwnOrigin(HttpRequest request) {
    Optional<String> origin = request.header("origin");
    return origin.isEmpty()
        || authority(origin.get()).filter(request.header("host").orElse("")::equals).isPresent();
  }

  private static Optional<String> authority(String origin) {
    try {
      return Optional.ofNullable(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException noAddress) {
      return Optional.empty();
    }
  }
}
