package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kairos-jetson-qspi-update} on a board in a folder. */
class JetsonFirmwareTest {
  private static final String THOR = "nvidia,p3834-0008\0nvidia,tegra264\0";
  private static final String VARIABLE =
      "/efivars/OsIndications-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  private static final String STAGED = "/esp/EFI/UpdateCapsule/TEGRA_BL.Cap";

  @TempDir Path root;
  private HelperScript script;

  @BeforeEach
  void aThorWithOlderFirmware() {
    script = HelperScript.of("/usr/bin/kairos-jetson-qspi-update", root);
    script
        .noting("chattr")
        .env("DT_COMPATIBLE_FILE", script.root() + "/compatible")
        .env("ESRT_FW_VERSION_FILE", script.root() + "/fw_version")
        .env("OTA_PACKAGE_DIR", script.root() + "/ota")
        .env("EFIVARS_DIR", script.root() + "/efivars")
        .env("ESP_MOUNT_DIR", script.root() + "/esp")
        .env("KAIROS_QSPI_IMAGE_VERSION", "39.2.1-20260801000000")
        .env("KAIROS_QSPI_SKIP_EFIVARS_CHECK", "1")
        .env("KAIROS_QSPI_SKIP_MOUNT", "1")
        .with("/compatible", THOR)
        .with("/fw_version", "2490368\n")
        .with("/ota/TEGRA_BL.Cap", "c".repeat(2048))
        .with("/esp/EFI/BOOT/BOOTAA64.EFI", "shim");
    script.host().withDirectory("/efivars");
  }

  private void nothingHappened() {
    assertThat(script.host().exists(STAGED)).isFalse();
    assertThat(script.host().exists("/esp/EFI/kairos-capsule.part")).isFalse();
    assertThat(script.host().exists(VARIABLE)).isFalse();
  }

  private void fails(String because) {
    Output output = script.run();
    assertThat(output.exitCode()).isEqualTo(1);
    assertThat(output.stderr()).startsWith("error: ").contains(because).contains("  try: ");
    nothingHappened();
  }

  private void doesNothing(String because) {
    Output output = script.run();
    assertThat(output.exitCode()).as(output.stderr()).isZero();
    assertThat(output.stdout()).contains(because);
    nothingHappened();
  }

  private byte[] variable() throws IOException {
    return Files.readAllBytes(script.host().resolved(VARIABLE));
  }

  @Test
  void olderFirmwareGetsACapsuleAndTheFirmwareIsTold() throws IOException {
    Output output = script.run();
    assertThat(output.exitCode()).as(output.stderr()).isZero();
    assertThat(output.stdout()).contains("firmware 38.0.0 becomes 39.2.1");
    assertThat(script.host().read(STAGED)).isEqualTo("c".repeat(2048));
    assertThat(variable()).containsExactly(7, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0);
    try (var boot = Files.list(script.host().resolved("/esp/EFI/BOOT"))) {
      assertThat(boot).hasSize(1);
    }
  }

  @Test
  void otherBitsOfTheVariableStay() throws IOException {
    byte[] before = {7, 0, 0, 0, 0x41, 0, (byte) 0xff, '\\', '%', 1, 2, 3};
    Files.write(script.host().resolved(VARIABLE), before);
    assertThat(script.run().exitCode()).isZero();
    assertThat(variable()).containsExactly(7, 0, 0, 0, 0x45, 0, (byte) 0xff, '\\', '%', 1, 2, 3);
    assertThat(script.calls()).isEqualTo("chattr -i " + script.root() + VARIABLE + "\n");
  }

  @Test
  void anotherBoardIsLeftAloneAndAnUnknownOneIsAnError() {
    script.with("/compatible", "nvidia,p3768-0000\0nvidia,tegra234\0");
    doesNothing("no Jetson Thor");
    script.with("/compatible", "nvidia,tegra2640\0");
    doesNothing("no Jetson Thor");
    script.with("/compatible", "");
    fails("/compatible says nothing");
    script.delete("/compatible");
    fails("/compatible says nothing");
  }

  @Test
  void onlyOlderFirmwareThatKnowsCapsulesIsUpdated() {
    script.with("/fw_version", "2556417");
    doesNothing("39.2.1 already");
    script.with("/fw_version", "2556418");
    fails("39.2.2, newer than that of the image, 39.2.1");
    script.with("/fw_version", "2490367");
    fails("37.255.255, older than 38.0.0");
    script.with("/fw_version", "unknown");
    fails("no number");
    script.delete("/fw_version");
    fails("is missing");
  }

  @Test
  void aPackageWithoutAVersionIsAnError() {
    script.env("KAIROS_QSPI_IMAGE_VERSION", "r39-1");
    fails("'r39' is no version");
  }

  @Test
  void thereIsExactlyOneCapsule() {
    script.with("/ota/SECOND.Cap", "x");
    fails("exactly one capsule");
    script.delete("/ota/SECOND.Cap").delete("/ota/TEGRA_BL.Cap");
    fails("exactly one capsule");
  }

  @Test
  void aCapsuleThatJustFitsIsEnough() {
    script.env("KAIROS_QSPI_FORCE_FREE_KB", "1");
    fails("1 KiB left, the capsule needs 2");
    script.env("KAIROS_QSPI_FORCE_FREE_KB", "2");
    assertThat(script.run().exitCode()).isZero();
    assertThat(script.host().exists(STAGED)).isTrue();
  }

  @Test
  void aRehearsalWritesNothing() {
    script.env("KAIROS_QSPI_DRY_RUN", "1");
    doesNothing("would copy");
  }

  @ParameterizedTest
  @CsvSource({"38.0.0, 2490368", "39.2.1, 2556417", "1.2.3, 66051", "0.0.0, 0"})
  void versionsAreNumbersOfTheFirmware(String version, String number) {
    assertThat(script.run("__encode_version", version).text()).isEqualTo(number);
    assertThat(script.run("__decode_version", number).text()).isEqualTo(version);
  }
}
