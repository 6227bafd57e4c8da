package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Bytes;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the user wrote about upgrades; what an upgrade makes of it is the agent's. */
class UpgradeConfigTest {
  private static Config config(String text) {
    return new Config((YamlMap) Yaml.parse(text, "/oem/1.yaml"), List.of(), List.of(), List.of());
  }

  private static UpgradeConfig upgrade(String text) {
    return config("upgrade: " + text).agent().upgrade();
  }

  /** Assertion 67: the part of it that is configuration. */
  @Test
  void sizesAreMebibytesAndMayBeTexts() {
    assertThat(upgrade("{system: {size: 666}}").system().size()).contains(Bytes.ofMib(666));
    assertThat(upgrade("{system: {size: '666'}}").system().size()).contains(Bytes.ofMib(666));
    assertThat(upgrade("{}").system().size()).isEmpty();
    assertThat(Validation.of(config("upgrade: {system: {size: -1}}")).errors())
        .singleElement()
        .asString()
        .contains("upgrade.system.size must be a whole number of MiB");
  }

  /** Assertion 68. */
  @Test
  void theOldNameOfASourceStillCounts() {
    assertThat(upgrade("{system: {uri: 'file:/x'}}").system().source()).contains("file:/x");
    assertThat(upgrade("{system: {uri: 'file:/x', source: 'oci:y'}}").system().source())
        .contains("oci:y");
    assertThat(Validation.of(config("upgrade: {system: {uri: 'file:/x'}}")).warnings())
        .singleElement()
        .asString()
        .contains("upgrade.system.uri is an old spelling");
  }

  /** Assertion 69. */
  @Test
  void insecureRegistriesAreAllowedForTheOneActionThatSaysSo() {
    Config installs = config("install: {allow-insecure-registries: true}");
    assertThat(installs.install().allowInsecureRegistries()).isTrue();
    assertThat(installs.agent().upgrade().allowInsecureRegistries()).isFalse();
    Config upgrades = config("upgrade: {allow-insecure-registries: true}");
    assertThat(upgrades.install().allowInsecureRegistries()).isFalse();
    assertThat(upgrades.agent().upgrade().allowInsecureRegistries()).isTrue();
  }

  /** Assertion 70. */
  @Test
  void theRecoverySystemIsUpgradedWhereEitherKeySaysSo() {
    assertThat(upgrade("{recovery: true}").upgradesRecovery()).isTrue();
    assertThat(upgrade("{entry: recovery}").upgradesRecovery()).isTrue();
    assertThat(upgrade("{recovery: false}").upgradesRecovery()).isFalse();
    assertThat(upgrade("{entry: active}").upgradesRecovery()).isFalse();
  }
}
