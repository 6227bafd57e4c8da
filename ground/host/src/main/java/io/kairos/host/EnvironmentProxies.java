package io.kairos.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proxies as {@code http_proxy}, {@code https_proxy} and {@code no_proxy} name them, which the JDK
 * does not read. Capitals count where small letters say nothing. This machine itself is never
 * reached through a proxy.
 */
public final class EnvironmentProxies extends ProxySelector {
  private static final List<Proxy> NONE = List.of(Proxy.NO_PROXY);

  private final Map<String, String> environment;

  public EnvironmentProxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Those of this process. */
  public static EnvironmentProxies ofThisProcess() {
    return new EnvironmentProxies(System.getenv());
  }

  @Override
  public List<Proxy> select(URI address) {
    String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
    Optional<String> proxy = variable(address.getScheme() + "_proxy");
    if (proxy.isEmpty() || isExcluded(host)) {
      return NONE;
    }
    String text = proxy.get().contains("://") ? proxy.get() : "http://" + proxy.get();
    try {
      URI at = URI.create(text);
      int port = at.getPort() < 0 ? 80 : at.getPort();
      return at.getHost() == null
          ? NONE
          : List.of(
              new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(at.getHost(), port)));
    } catch (IllegalArgumentException noAddress) {
      return NONE;
    }
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  private boolean isExcluded(String host) {
    if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
      return true;
    }
    for (String word : variable("no_proxy").orElse("").split("[,\\s]+")) {
      String name = word.toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "");
      String domain = name.replaceFirst("^\\*?\\.", "");
      if (name.equals("*")
          || (!domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain)))) {
        return true;
      }
    }
    return false;
  }

  /** The request itself fails with a better reason. */
  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException reason) {}
}
