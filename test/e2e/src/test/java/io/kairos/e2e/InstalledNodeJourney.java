package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Bytes;
import io.kairos.dist.workshop.DemoCloudConfig;
import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeChecks;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.NodeShell;
import io.kairos.dist.workshop.Pipeline;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.qemu.Accelerator;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * From an empty disk to a node that survives: install from the ISO, boot active, reboot, boot the
 * fallback entry. The machine boots four times; everything else is asked in between.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(KeepsJournal.class)
abstract class InstalledNodeJourney {
  private static final Host HOST = LinuxHost.here();

  private final Firmware firmware;
  private Path image;
  private NodeMachine node;
  private NodeKey key;
  private QemuMachine machine;
  private NodeShell shell;
  private String machineId = "";
  private String hostKey = "";

  InstalledNodeJourney(Firmware firmware) {
    this.firmware = firmware;
  }

  @BeforeAll
  void installFromTheIso() {
    var home = WorkshopHome.ofProcess();
    var pipeline = Pipeline.in(home.defaultWork(), home);
    key = pipeline.key();
    image = pipeline.image("debian:13").path();
    Path iso = pipeline.iso("debian:13").path();
    node =
        new NodeMachine(
            HOST,
            Accelerator.choose(HOST, System.getenv(), iso),
            home.root().resolve("test/e2e/target/" + getClass().getSimpleName()),
            firmware,
            Bytes.ofMib(2560));
    node.install(iso);
    machine = node.boot(key.access(), media(node.directory()));
    shell = new NodeShell(machine, key.access());
  }

  /** CDs that are in the drives of the installed node. */
  List<Path> media(Path folder) {
    return List.of();
  }

  @AfterAll
  void switchOff() {
    if (machine != null) {
      machine.close();
    }
  }

  /** For whoever looks into a failure. */
  void keepJournal() {
    if (machine != null && machine.isRunning()) {
      node.keepJournal(machine, key.access());
    }
  }

  String answer(String line) {
    Output output = shell.ask(List.of(line)).getFirst();
    assertThat(output.exitCode()).as("%s: %s%s", line, output.stdout(), output.stderr()).isZero();
    return output.text();
  }

  /** A reboot, by whatever ways, until somebody can log in again. */
  void reboot() {
    node.reboot(machine, key.access());
  }

  Path folder() {
    return node.directory();
  }

  /** The image that the node was made from, as an OCI layout. */
  Path image() {
    return image;
  }

  NodeShell shell() {
    return shell;
  }

  /**
   * Boots the active slot with one more file of stages, and with user data on the OEM partition.
   */
  void rebootWith(String stages, String userData) {
    answer(
        "echo %s | base64 -d | sudo tee /oem/95_every_key.yaml >/dev/null"
            .formatted(base64(stages)));
    answer(
        "echo %s | base64 -d | sudo tee /oem/every-userdata >/dev/null"
            .formatted(base64(userData)));
    answer("sync");
    node.reboot(machine, key.access());
    answer("timeout 300 systemctl is-system-running --wait || true");
    assertThat(answer("kairos-agent state get boot")).isEqualTo("active_boot");
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static Stream<DynamicTest> tests(List<NodeCheck.Result> results) {
    return results.stream()
        .map(
            result ->
                DynamicTest.dynamicTest(
                    result.check().claim(),
                    () ->
                        assertThat(result.holds())
                            .as("%s: %s", result.check().line(), result.answer())
                            .isTrue()));
  }

  private static NodeCheck says(String claim, String line, Predicate<String> holds) {
    return new NodeCheck(claim, line, output -> holds.test(output.text()));
  }

  @Order(1)
  @TestFactory
  Stream<DynamicTest> theInstalledNodeBootsItsActiveSlot() {
    return tests(shell.check(NodeChecks.activeBoot(DemoCloudConfig.HOSTNAME)));
  }

  @Order(2)
  @TestFactory
  Stream<DynamicTest> theRootIsWhatScriptsExpect() {
    return tests(
        shell.check(
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
                NodeCheck.prints(
                    "systemd is content",
                    "systemctl --failed --no-legend --plain | cut -d' ' -f1",
                    ""))));
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
            firmware == Firmware.UEFI ? "efi" : "bios", "oem", "recovery", "state", "persistent");
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
    if (firmware == Firmware.UEFI) {
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
  void aRebootKeepsWhatIsPersistentAndForgetsTheRest() {
    machineId = answer("cat /etc/machine-id");
    hostKey = answer("cat /etc/ssh/ssh_host_ed25519_key.pub");
    answer(
        "sudo sh -c 'echo kept | tee /usr/local/kept /opt/kept /root/kept /oem/kept.txt'"
            + " && echo kept > ~/kept && sudo touch /etc/kairos-was-here && sync");

    node.reboot(machine, key.access());

    var gone = shell.ask(List.of("test -e /etc/kairos-was-here")).getFirst();
    assertThat(gone.succeeded()).as("/etc forgets").isFalse();
    assertThat(answer("cat /usr/local/kept /opt/kept ~/kept; sudo cat /root/kept /oem/kept.txt"))
        .isEqualTo("kept\n".repeat(5).strip());
    assertThat(answer("cat /etc/machine-id")).hasSize(32).isEqualTo(machineId);
    assertThat(answer("cat /etc/ssh/ssh_host_ed25519_key.pub")).isEqualTo(hostKey);
    assertThat(answer("kairos-agent state get boot")).isEqualTo("active_boot");
    assertThat(answer("hostname")).isEqualTo(DemoCloudConfig.HOSTNAME);
  }

  @Order(5)
  @Test
  void theFallbackEntryBootsThePassiveSlotOnce() {
    answer("sudo grub2-editenv /oem/grubenv set next_entry=fallback && sync");

    node.reboot(machine, key.access());

    assertThat(answer("kairos-agent state get boot")).isEqualTo("passive_boot");
    assertThat(answer("findmnt -no LABEL /")).isEqualTo("COS_PASSIVE");
    assertThat(answer("ls /run/cos/passive_mode")).isEqualTo("/run/cos/passive_mode");
    assertThat(answer("cat /etc/machine-id")).isEqualTo(machineId);
    assertThat(answer("cat /usr/local/kept")).isEqualTo("kept");
    assertThat(answer("sudo grub2-editenv /oem/grubenv list | grep next_entry= || true"))
        .isIn("", "next_entry=");
  }
}
