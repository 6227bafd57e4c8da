package io.kairos.operator.process;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.net.InetSocketAddress;

/** Addresses as Go's flags have them: {@code host:port} or {@code :port}. */
final class Address {
  private Address() {}

  static InetSocketAddress parse(String flag, String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = colon <= 0 ? "" : text.substring(0, colon).replace("[", "").replace("]", "");
      return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(
          Problem.of("--" + flag + "=" + text + " is no address")
              .withRemedy("write host:port or :port"));
    }
  }
}
