package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether packets can go anywhere: early in a boot, asking over HTTP would only take time. */
final class Network {
  private Network() {}

  /**
   * Whether there is a route of IPv4, or an address of IPv6 on more than the loopback device
   * (kernel, proc_net). A machine that does not tell is taken to have a network.
   */
  static boolean isThere(Host host) {
    Path routes = host.path("/proc/net/route");
    if (!Files.exists(routes)) {
      return true;
    }
    return lines(routes).size() > 1
        || lines(host.path("/proc/net/if_inet6")).stream().anyMatch(line -> !line.endsWith(" lo"));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }
}
