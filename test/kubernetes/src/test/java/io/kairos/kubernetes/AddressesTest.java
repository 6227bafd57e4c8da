package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddressesTest {
  private final Addresses addresses = new Addresses(173);

  @Test
  void aClusterIsKnownByOneNumber() {
    assertThat(addresses.link()).isEqualTo("kairos173");
    assertThat(addresses.range()).isEqualTo("10.173.0.0/16");
    assertThat(addresses.machine()).isEqualTo("10.173.0.1");
    assertThat(addresses.node(2)).isEqualTo("10.173.0.12");
    assertThat(addresses.podRange(2)).isEqualTo("10.173.2.0/24");
  }

  @Test
  void aNodeKnowsWhereThePodsOfTheOthersAre() {
    assertThat(addresses.routes(3, 2))
        .containsExactly("10.173.1.0/24 via 10.173.0.11", "10.173.3.0/24 via 10.173.0.13");
  }
}
