package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What else may happen to a node: its recovery system is upgraded, boots and repairs the others;
 * upgrades fail in many ways; it is reset.
 */
@Tag("long")
class NodeLifeIT extends NodeJourney {
  private static final String IMAGES = "/run/initramfs/cos-state/cOS";
  private static final String OF_ITSELF = "sudo kairos-agent upgrade --source file:" + IMAGES;

  /** What a NodeOpUpgrade has its pods do. */
  private static final String FROM_A_POD =
      "set -e; mount --rbind /host/dev /dev; mount --rbind /host/run /run;"
          + " kairos-agent upgrade --source dir:/"
          + " --exclude-path /etc/hostname --exclude-path /etc/hosts";

  NodeLifeIT() {
    super(Firmware.BIOS);
  }

  @BeforeAll
  void aHealthCheckOfItsUsers() {
    put(
        "/oem/97_life.yaml",
        """
        #cloud-config
        upgrade:
          health-timeout: 20s
        stages:
          health:
            - name: "nobody calls it unhealthy"
              commands:
                - "[ ! -e /usr/local/unhealthy ]"
        """);
  }

  @Order(1)
  @Test
  void theRecoverySystemIsUpgradedAndBoots() {
    assertThat(
            answer("sudo kairos-agent upgrade --recovery --source file:" + IMAGES + "/active.img"))
        .contains("Upgraded the recovery system");
    assertThat(answer("sudo kairos-agent bootentry --select recovery")).contains("recovery");

    reboot();

    assertThat(bootState()).isEqualTo("recovery_boot");
    assertThat(answer("ls /run/cos")).contains("recovery_mode").doesNotContain("active_mode");
    assertThat(answer("hostname")).isEqualTo("cos-recovery");
    assertThat(answer("findmnt -no LABEL /")).isEqualTo("COS_SYSTEM");
  }

  @Order(2)
  @Test
  void fromRecoveryTheActiveSystemIsUpgraded() throws IOException {
    try (var registry =
        DebianRegistry.start(Files.createDirectories(folder().resolve("registry")))) {
      RegistryImage.nextOf(image(), folder().resolve("next")).push(registry.host() + "/k:next");
      requireNothingChangesWhenLost(registry);

      assertThat(
              answer(
                  "sudo kairos-agent upgrade --allow-insecure-registries --source oci:"
                      + registry.hostForGuests()
                      + "/k:next"))
          .contains("fetched", "Upgraded the active system");
    }
    answer("sync");

    reboot();

    awaitVerdict();
    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("cat " + RegistryImage.MARK)).isEqualTo("next");
    assertThat(answer("sudo kairos-agent state get slots.active.good")).startsWith("20");
  }

  private void requireNothingChangesWhenLost(DebianRegistry registry) throws IOException {
    String before = slots();
    try (var lost = LostConnection.to(registry.host(), 256 << 10)) {
      assertThat(
              failure(
                  "sudo kairos-agent upgrade --allow-insecure-registries --source oci:"
                      + lost.hostForGuests()
                      + "/k:next"))
          .contains(lost.hostForGuests());
      assertThat(lost.isCut()).isTrue();
    }
    assertThat(slots()).isEqualTo(before);
  }

  /** Inode, size and date of each, from whatever system this is asked. */
  private String slots() {
    return answer(
        "sudo debugfs -R 'ls -l /cOS' /dev/disk/by-label/COS_STATE 2>/dev/null | grep '[.]img'");
  }

  @Order(3)
  @Test
  void whatCannotBeFetchedOrBootedChangesNothing() {
    String before = slots();

    assertThat(
            failure(
                "sudo kairos-agent upgrade --allow-insecure-registries"
                    + " --source oci:10.0.2.2:9/nobody:1"))
        .contains("10.0.2.2:9");
    assertThat(
            failureWith(
                """
                stages:
                  after-upgrade-chroot:
                    - commands: ["rm /boot/vmlinuz*"]
                """))
        .contains("no /boot/vmlinuz");
    try {
      assertThat(
              failureWith(
                  """
                  stages:
                    before-upgrade:
                      - commands:
                          - "cd /run/initramfs/cos-state && fallocate -l $(($(stat -f -c '%f*%S' .) - 300000000)) filler"
                  """))
          .contains("No space left on device");
    } finally {
      answer(
          "cd /run/initramfs/cos-state && sudo mount -o remount,rw . && sudo rm -f filler"
              + " && sudo mount -o remount,ro .");
    }

    assertThat(slots()).isEqualTo(before);
    assertThat(answer("ls " + IMAGES)).isEqualTo("active.img\npassive.img\nsystems.json");
  }

  /** What an upgrade says that fails because of these stages, which are taken away again. */
  private String failureWith(String stages) {
    put("/oem/98_break.yaml", stages);
    try {
      return failure(OF_ITSELF + "/active.img");
    } finally {
      answer("sudo rm /oem/98_break.yaml");
    }
  }

  @Order(4)
  @Test
  void aSystemThatIsNotHealthyGivesWayToTheOneBefore() throws IOException {
    answer("sudo touch /usr/local/unhealthy");
    assertThat(inAPod(FROM_A_POD))
        .contains("Upgraded the active system", "/host/usr/local/.kairos/images");
    answer("sync");

    rebootUntil("passive_mode");

    awaitVerdict();
    assertThat(answer("cat /proc/cmdline")).contains("upgrade_failure");
    assertThat(answer("cat /etc/issue.d/03-UPGRADE"))
        .contains("The last upgrade failed", "nobody calls it unhealthy");
    assertThat(answer("sudo kairos-agent state get slots.active.failure"))
        .contains("nobody calls it unhealthy");
    assertThat(answer("cat " + RegistryImage.MARK)).isEqualTo("next");
    answer("sudo rm /usr/local/unhealthy");
  }

  private String inAPod(String command) throws IOException {
    putScript("in-a-pod.sh");
    return answer("sudo /usr/local/in-a-pod.sh '%s' 2>&1".formatted(command));
  }

  @Order(5)
  @Test
  void aSystemWithoutInitGivesWayToTheOneBefore() {
    put(
        "/oem/98_break.yaml",
        """
        stages:
          after-upgrade-chroot:
            - commands: ["rm /usr/lib/systemd/systemd"]
        """);
    try {
      answer(OF_ITSELF + "/passive.img");
    } finally {
      answer("sudo rm /oem/98_break.yaml && sync");
    }

    rebootUntil("passive_mode");

    awaitVerdict();
    assertThat(answer("cat /etc/issue.d/03-UPGRADE"))
        .contains("it did not get as far as its health checks");
  }

  @Order(6)
  @Test
  void aRollbackFromPassiveReplacesTheBrokenSystem() {
    assertThat(answer("sudo kairos-agent rollback")).contains("Rolled back to the system before");

    reboot();

    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("cat " + RegistryImage.MARK)).isEqualTo("next");
    assertThat(answer("cat /proc/cmdline")).doesNotContain("upgrade_failure");
  }

  @Order(7)
  @Test
  void aResetForgetsDataAndKeepsTheConfiguration() {
    resetKeepingTheConfiguration();

    assertThat(answer("sudo cat /oem/97_life.yaml")).contains("health-timeout");
    assertThat(failure("cat " + RegistryImage.MARK)).contains("No such file");
  }

  /** Those who log in come from a place that outlives it. */
  @Order(8)
  @Test
  void aResetOfTheOemPartitionForgetsTheConfigurationToo() {
    answer(
        "sudo mkdir -p /usr/local/cloud-config"
            + " && sudo cp /oem/90_custom.yaml /usr/local/cloud-config/");
    put("/oem/99_reset.yaml", "#cloud-config\nreset: {reset-oem: true, reset-persistent: false}\n");
    answer("echo kept | sudo tee /usr/local/kept && sync");
    answer("sudo grub2-editenv /oem/grubenv set next_entry=statereset && sync");

    rebootUntil("active_mode");

    assertThat(answer("cat /usr/local/kept")).isEqualTo("kept");
    assertThat(answer("sudo ls /oem")).doesNotContain("99_reset", "97_life", "90_custom");
    assertThat(answer("findmnt -no LABEL /oem")).isEqualTo("COS_OEM");
    assertThat(bootState()).isEqualTo("active_boot");
  }
}
