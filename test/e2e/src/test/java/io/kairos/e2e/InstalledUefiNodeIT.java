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

  @Order(6)
  @Test
  void theFallbackEntryBootsThePassiveSlotOnce() {
    rebootInto("fallback");

    assertThat(bootState()).isEqualTo("passive_boot");
    assertThat(answer("findmnt -no LABEL /")).isEqualTo("COS_PASSIVE");
    assertThat(answer("ls /run/cos/passive_mode")).isEqualTo("/run/cos/passive_mode");
    assertThat(answer("cat /etc/machine-id")).isEqualTo(machineId());
    assertThat(answer("cat /usr/local/kept")).isEqualTo("kept");
    assertThat(answer("sudo grub2-editenv /oem/grubenv list | grep next_entry= || true"))
        .isIn("", "next_entry=");
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
