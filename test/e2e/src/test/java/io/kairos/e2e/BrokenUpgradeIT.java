package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.qemu.Firmware;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node that is upgraded to a system that does not boot, and comes back. */
@Tag("core")
class BrokenUpgradeIT extends NodeJourney {
  BrokenUpgradeIT() {
    super(Firmware.BIOS);
  }

  @Order(1)
  @Test
  void anUpgradeThatDoesNotComeUpIsTriedOnceAndFallsBack() {
    answer("echo kept | sudo tee /usr/local/kept");
    put(
        "/oem/96_break.yaml",
        """
        stages:
          after-upgrade-chroot:
            - commands:
                - head -c 1000000 /dev/zero > "$(readlink -f /boot/initrd)"
        """);
    answer(
        "sudo kairos-agent upgrade --source"
            + " file:/run/initramfs/cos-state/cOS/active.img && sudo rm /oem/96_break.yaml");

    reboot(); // twice: the kernel finds no root, GRUB finds the mark

    awaitVerdict();
    assertThat(bootState()).isEqualTo("passive_boot");
    assertThat(answer("cat /proc/cmdline")).contains("upgrade_failure");
    assertThat(answer("sudo cat /run/cos/upgrade_failure")).isEqualTo("1");
    assertThat(answer("cat /etc/issue.d/03-UPGRADE"))
        .contains("The last upgrade failed", "it did not get as far as its health checks");
    assertThat(answer("cat /usr/local/kept")).isEqualTo("kept");
  }

  @Order(2)
  @Test
  void aRollbackFromPassiveReplacesTheBrokenSystem() {
    assertThat(answer("sudo kairos-agent rollback")).contains("Rolled back to the system before");

    reboot();

    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("cat /proc/cmdline")).doesNotContain("upgrade_failure");
  }
}
