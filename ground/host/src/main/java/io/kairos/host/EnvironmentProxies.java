package io.kairos.host;

import io.kairos.base.HostFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proxies as {@code http_proxy}, {@code https_proxy} and {@code no_proxy} name them, which the JDK
 * does not read. Capitals count where small letters say nothing; without a port it is 80, as with
 * Go and apt. This machine itself is never reached through a proxy.
 */
public final class EnvironmentProxies extends ProxySelector {
  private static final int DEFAULT_PORT = 80;
  private static final List<String> SCHEMES = List.of("http", "https");

  private final Map<String, String> environment;

  public EnvironmentProxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Those of this process. */
  public static EnvironmentProxies ofThisProcess() {
    return new EnvironmentProxies(System.getenv());
  }

  /**
   * @throws HostFailure when the variable holds no address: going around a proxy unasked may be
   *     what the network forbids
   */
  @Override
  public List<Proxy> select(URI address) {
    String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
    String variable = address.getScheme() + "_proxy";
    Optional<String> proxy = variable(variable);
    return proxy.isEmpty() || isExcluded(host)
        ? List.of(Proxy.NO_PROXY)
        : List.of(new Proxy(Proxy.Type.HTTP, at(proxy.get(), variable)));
  }

  /** The failure shows neither the text nor what the parser said of it: it may hold a password. */
  private static InetSocketAddress at(String text, String variable) {
    Optional<URI> at =
        uri(text.contains("://") ? text : "http://" + text)
            .filter(uri -> uri.getHost() != null)
            .filter(uri -> SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT)));
    return at.map(
            uri ->
                InetSocketAddress.createUnresolved(
                    uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort()))
        .orElseThrow(
            () ->
                HostFailure.withRemedy(
                    "the variable " + variable + " does not hold the address of an HTTP proxy",
                    "write " + variable + "=http://HOST:PORT, or unset it"));
  }

  private static Optional<URI> uri(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException noAddress) {
      return Optional.empty();
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
