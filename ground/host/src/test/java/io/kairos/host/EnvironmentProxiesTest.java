package io.kairos.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
    var odd = new EnvironmentProxies(Map.of("https_proxy", "http://a b"));
    assertThat(odd.select(URI.create("https://a.net/")).getFirst().toString()).isEqualTo("DIRECT");
  }
}
