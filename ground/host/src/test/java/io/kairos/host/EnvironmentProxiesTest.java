package io.kairos.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.HostFailure;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {
  private static final EnvironmentProxies PROXIES =
      new EnvironmentProxies(
          Map.of(
              "http_proxy", "http://user:geheim@proxy.lan:3128",
              "HTTPS_PROXY", "secure.lan:8443",
              "no_proxy", "example.org, .lan,10.0.0.1:80"));

  private static String proxy(String address) {
    return PROXIES.select(URI.create(address)).getFirst().toString();
  }

  @Test
  void eachSchemeHasItsProxy() {
    assertThat(proxy("http://a.net/")).contains("proxy.lan", "3128");
    assertThat(proxy("https://a.net/")).contains("secure.lan", "8443");
  }

  @Test
  void namesBelowAnExcludedOneAndThisMachineAreReachedDirectly() {
    for (String host :
        new String[] {
          "example.org", "a.example.org", "b.lan", "10.0.0.1", "localhost", "127.0.0.2", "[::1]"
        }) {
      assertThat(proxy("http://" + host + "/")).isEqualTo("DIRECT");
    }
    assertThat(proxy("http://notexample.org/")).contains("proxy.lan");
  }

  @Test
  void withoutVariablesNothingIsBetween() {
    var none = new EnvironmentProxies(Map.of("http_proxy", " ", "no_proxy", "*"));
    assertThat(none.select(URI.create("http://a.net/")).getFirst().toString()).isEqualTo("DIRECT");
  }

  @Test
  void aProxyWithoutAPortListensOnThePortOfHttp() {
    var proxies =
        new EnvironmentProxies(Map.of("http_proxy", "proxy.lan", "https_proxy", "HTTP://p"));
    assertThat(proxies.select(URI.create("http://a.net/")).getFirst().address())
        .isEqualTo(InetSocketAddress.createUnresolved("proxy.lan", 80));
    assertThat(proxies.select(URI.create("https://a.net/")).getFirst().address())
        .isEqualTo(InetSocketAddress.createUnresolved("p", 80));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://me:geheim@a b", "socks5://me:geheim@a:1080", "http://me:geheim@"})
  void whatIsNoProxyIsAnErrorThatKeepsThePassword(String value) {
    var odd = new EnvironmentProxies(Map.of("https_proxy", value));
    assertThat(odd.select(URI.create("http://a.net/")).getFirst().toString()).isEqualTo("DIRECT");
    assertThat(odd.select(URI.create("https://localhost/")).getFirst().toString())
        .isEqualTo("DIRECT");
    assertThatThrownBy(() -> odd.select(URI.create("https://a.net/")))
        .isInstanceOf(HostFailure.class)
        .hasMessage(
            "the variable https_proxy does not hold the address of an HTTP proxy\n"
                + "  try: write https_proxy=http://HOST:PORT, or unset it");
  }

  @Test
  void theErrorReachesWhoeverSendsARequest() {
    var odd = new EnvironmentProxies(Map.of("http_proxy", "a b"));
    try (var client = HttpClient.newBuilder().proxy(odd).build()) {
      var request = HttpRequest.newBuilder(URI.create("http://a.net/")).build();
      assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.discarding()))
          .hasMessageContaining("the variable http_proxy does not hold");
    }
  }
}
