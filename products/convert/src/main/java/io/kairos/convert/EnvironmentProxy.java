package io.kairos.convert;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxy that command line tools use: {@code http_proxy}, {@code https_proxy}, {@code no_proxy}.
 */
final class EnvironmentProxy extends ProxySelector {
  private static final int DEFAULT_PORT = 3128;
  private final Map<String, String> environment;

  EnvironmentProxy(Map<String, String> environment) {
    this.environment = environment;
  }

  static EnvironmentProxy ofProcess() {
    return new EnvironmentProxy(System.getenv());
  }

  @Override
  public List<Proxy> select(URI uri) {
    Optional<String> proxy = variable(uri.getScheme() + "_proxy");
    if (proxy.isEmpty() || isExcluded(uri.getHost())) {
      return List.of(Proxy.NO_PROXY);
    }
    URI address = URI.create(proxy.get().contains("://") ? proxy.get() : "http://" + proxy.get());
    int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
    return List.of(
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(address.getHost(), port)));
  }

  private boolean isExcluded(String host) {
    return variable("no_proxy").stream()
        .flatMap(list -> Stream.of(list.split("[,\\s]+")))
        .map(entry -> entry.startsWith(".") ? entry.substring(1) : entry)
        .filter(entry -> !entry.isEmpty())
        .anyMatch(entry -> entry.equals("*") || host.equals(entry) || host.endsWith("." + entry));
  }

  private Optional<String> variable(String name) {
    return Stream.of(name, name.toUpperCase(java.util.Locale.ROOT))
        .map(environment::get)
        .filter(value -> value != null && !value.isEmpty())
        .findFirst();
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request itself fails and says why.
  }
}
