package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigUrlTest {
  private final ConfigUrl urls =
      new ConfigUrl(
          () ->
              Map.of(
                  "product", Map.of("uuid", "abc-123", "serial", "AB CD+EF", "sku", ""), "n", 5L));

  @Test
  void anAddressWithoutBracesCostsNoLookAtTheMachine() {
    var never =
        new ConfigUrl(
            () -> {
              throw new AssertionError("asked for facts");
            });
    assertThat(never.render("https://e/?a=b%20c")).isEqualTo("https://e/?a=b%20c");
  }

  @Test
  void factsAreEscapedForAQuery() {
    assertThat(
            urls.render("https://e/?u={{ .Values.product.uuid }}&s={{ .Values.product.serial }}"))
        .isEqualTo("https://e/?u=abc-123&s=AB+CD%2BEF");
    assertThat(urls.render("{{ .Values.product.uuid | upper }}{{ .Values.n }}"))
        .isEqualTo("ABC-1235");
  }

  @Test
  void whatIsMissingOrMalformedIsAnError() {
    assertThatThrownBy(() -> urls.render("https://e/{{ .Values.nope }}"))
        .hasMessageContaining("rendering config_url: execute")
        .hasMessageContaining("nope");
    assertThatThrownBy(() -> urls.render("https://e/{{ .Values"))
        .hasMessageContaining("rendering config_url: parse");
    assertThat(urls.render("x{{ .Values.product.sku }}")).isEqualTo("x");
    assertThatThrownBy(() -> urls.render("{{ required \"no sku\" .Values.product.sku }}"))
        .hasMessageContaining("no sku");
  }

  @Test
  void theFactsOfAHostAreThere(@TempDir Path root) {
    var host =
        new ScratchHost(root)
            .with("/etc/machine-id", "0123\n")
            .with("/proc/cpuinfo", "processor\t: 0\nmodel name\t: X\n\nprocessor\t: 1\n")
            .with("/proc/meminfo", "MemTotal:       16384000 kB\n")
            .with("/etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian 13\"\n");
    var real = new ConfigUrl(host);
    assertThat(real.render("{{ .Values.Random }}")).matches("[0-9a-z]{32}");
    assertThat(real.render("{{ .Values.ProtectedID }}"))
        .isEqualTo("54b7f0e71619be4761ba7d5dacab572665657adc629e2034bdc45f9d044f68d2");
    assertThat(
            real.render(
                "{{ .Values.os.name }}/{{ .Values.cpu.threads }}/{{ .Values.memory.size }}"))
        .isEqualTo("Debian+13/2/16000");
    assertThat(real.render("{{ .Values.product.uuid }}"))
        .isEqualTo("00000000-0000-0000-0000-000000000000");
  }
}
