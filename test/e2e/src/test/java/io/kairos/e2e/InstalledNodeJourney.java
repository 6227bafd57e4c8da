package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.workshop.DemoCloudConfig;
import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeChecks;
import io.kairos.testkit.qemu.Firmware;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * From an empty disk to a node that survives: installed from the ISO, it boots active, reboots, and
 * keeps what it should.
 */
abstract class InstalledNodeJourney extends NodeJourney {
  private String machineId = "";

  InstalledNodeJourney(Firmware firmware) {
    super(firmware);
  }

  /** What a journey wants to be there at the first reboot. */
  void beforeTheFirstReboot() throws IOException {}

  /** What all boots of the node have in common, as the first one had it. */
  String machineId() {
    return machineId;
  }

  /** Of the node after the first reboot. */
  String hostname(String machineId) {
    return DemoCloudConfig.HOSTNAME;
  }

  private static NodeCheck says(String claim, String line, Predicate<String> holds) {
    return new NodeCheck(claim, line, output -> holds.test(output.text()));
  }

  @Order(1)
  @TestFactory
  Stream<DynamicTest> theInstalledNodeBootsItsActiveSlot() {
    return tests(shell().check(NodeChecks.activeBoot(DemoCloudConfig.HOSTNAME)));
  }

  @Order(2)
  @TestFactory
  Stream<DynamicTest> theRootIsWhatScriptsExpect() {
    return tests(
        shell()
            .check(
                List.of(
                    says(
                        "the command line names the slot",
                        "cat /proc/cmdline",
                        line -> line.contains("cos-img/filename=/cOS/active.img")),
                    says(
                        "a boot that hangs restarts itself",
                        "cat /proc/cmdline",
                        line ->
                            line.contains("rd.emergency=reboot")
                                && line.contains("rd.shell=0")
                                && line.contains("panic=5")),
                    says(
                        "the root is mounted read-only",
                        "findmnt -no OPTIONS /",
                        options -> List.of(options.split(",")).contains("ro")),
                    NodeCheck.prints("mounts propagate", "findmnt -no PROPAGATION /", "shared"),
                    NodeCheck.succeeds("/tmp is writable", "touch /tmp/x && rm /tmp/x"),
                    NodeCheck.prints("/oem is for admins alone", "stat -c %a /oem", "770"),
                    says(
                        "the state partition is read-only",
                        "findmnt -no OPTIONS /run/initramfs/cos-state",
                        options -> List.of(options.split(",")).contains("ro")),
                    NodeCheck.prints(
                        "only the sentinel of this boot exists",
                        "cd /run/cos && ls active_mode passive_mode recovery_mode live_mode"
                            + " autoreset_mode 2>/dev/null || true",
                        "active_mode"),
                    NodeCheck.succeeds(
                        "both slots are there",
                        "test -s /run/initramfs/cos-state/cOS/active.img"
                            + " && test -s /run/initramfs/cos-state/cOS/passive.img"),
                    NodeCheck.prints("one binary", "stat -c %F /usr/bin/kairos", "regular file"),
                    NodeCheck.prints(
                        "under several names",
                        "readlink -f /usr/bin/kairos-agent /usr/bin/immucore",
                        "/usr/bin/kairos\n/usr/bin/kairos"),
                    says(
                        "the agent knows its version",
                        "kairos-agent version",
                        text -> text.startsWith("kairos ")),
                    SYSTEMD_IS_CONTENT)));
  }

  @Order(3)
  @Test
  void theDiskHasTheLayoutThatToolsKnow() {
    String pairs =
        answer(
            "lsblk -Pno PARTLABEL,LABEL,FSTYPE,PARTTYPE,PARTUUID /dev/vda | grep -v 'LABEL=\"\" L'");
    Map<String, String> partitions = new TreeMap<>();
    pairs.lines().forEach(line -> partitions.put(between(line, "PARTLABEL=\"", "\""), line));
    assertThat(answer("lsblk -dno PTUUID /dev/vda"))
        .isEqualTo("2ceff841-4c1d-5a14-8e46-ed3aeb621093");
    assertThat(partitions.keySet())
        .containsExactlyInAnyOrder(
            firmware() == Firmware.UEFI ? "efi" : "bios", "oem", "recovery", "state", "persistent");
    String linux = "0fc63daf-8483-4772-8e79-3d69d8477de4";
    assertThat(partitions.get("oem"))
        .isEqualTo(line("oem", "COS_OEM", "ext4", linux, "8bfa06f9-ca4f-56dc-90c9-49cf20f4f45e"));
    assertThat(partitions.get("recovery"))
        .isEqualTo(
            line(
                "recovery", "COS_RECOVERY", "ext4", linux, "768fbd69-b2a9-5eab-902c-db8745b4767c"));
    assertThat(partitions.get("state"))
        .isEqualTo(
            line("state", "COS_STATE", "ext4", linux, "843bfe4e-83b2-5b42-ba6d-a47e3ba1262e"));
    assertThat(partitions.get("persistent"))
        .isEqualTo(
            line(
                "persistent",
                "COS_PERSISTENT",
                "ext4",
                linux,
                "85c39d0f-4867-5227-8334-f5eec606d9eb"));
    String grub = "81444e82-66b3-5ed2-961b-497665f12be2";
    if (firmware() == Firmware.UEFI) {
      String esp = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
      assertThat(partitions.get("efi")).isEqualTo(line("efi", "COS_GRUB", "vfat", esp, grub));
    } else {
      String biosBoot = "21686148-6449-6e6f-744e-656564454649";
      assertThat(partitions.get("bios")).isEqualTo(line("bios", "", "", biosBoot, grub));
    }
  }

  private static String line(String name, String label, String type, String kind, String id) {
    return "PARTLABEL=\"%s\" LABEL=\"%s\" FSTYPE=\"%s\" PARTTYPE=\"%s\" PARTUUID=\"%s\""
        .formatted(name, label, type, kind, id);
  }

  private static String between(String text, String start, String end) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Order(4)
  @Test
  void aRebootKeepsWhatIsPersistentAndForgetsTheRest() throws IOException {
    machineId = answer("cat /etc/machine-id");
    String hostKey = answer("cat /etc/ssh/ssh_host_ed25519_key.pub");
    answer(
        "sudo sh -c 'echo kept | tee /usr/local/kept /opt/kept /root/kept /oem/kept.txt'"
            + " && echo kept > ~/kept && sudo touch /etc/kairos-was-here && sync");
    beforeTheFirstReboot();

    reboot();

    var gone = shell().ask(List.of("test -e /etc/kairos-was-here")).getFirst();
    assertThat(gone.succeeded()).as("/etc forgets").isFalse();
    assertThat(answer("cat /usr/local/kept /opt/kept ~/kept; sudo cat /root/kept /oem/kept.txt"))
        .isEqualTo("kept\n".repeat(5).strip());
    assertThat(answer("cat /etc/machine-id")).hasSize(32).isEqualTo(machineId);
    assertThat(answer("cat /etc/ssh/ssh_host_ed25519_key.pub")).isEqualTo(hostKey);
    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("hostname")).isEqualTo(hostname(machineId));
  }
}
