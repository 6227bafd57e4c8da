package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.qemu.Firmware;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class InstalledUefiNodeIT extends InstalledNodeJourney {
  InstalledUefiNodeIT() {
    super(Firmware.UEFI);
  }

  @Order(7)
  @Test
  void fromPassiveAnUpgradeBootsActive() {
    answer(
        "sudo kairos-agent upgrade --source file:/run/initramfs/cos-state/cOS/passive.img && sync");

    reboot();

    awaitVerdict();
    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("sudo kairos-agent state get slots.active.good")).startsWith("20");
  }

  @Order(8)
  @Test
  void aResetForgetsDataAndKeepsTheConfiguration() {
    rebootInto("fallback");

    resetKeepingTheConfiguration();
  }
}
