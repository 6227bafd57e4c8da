package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.NodeShell;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node that the demo's ISO installed, and what happens to it, test after test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(KeepsJournal.class)
abstract class NodeJourney {
  static final Host HOST = LinuxHost.here();

  /** Of whatever way into a system. */
  static final NodeCheck SYSTEMD_IS_CONTENT =
      NodeCheck.prints(
          "systemd is content", "systemctl --failed --no-legend --plain | cut -d' ' -f1", "");

  private final Firmware firmware;
  private Path image;
  private NodeMachine node;
  private NodeKey key;
  private QemuMachine machine;
  private NodeShell shell;

  NodeJourney(Firmware firmware) {
    this.firmware = firmware;
  }

  @BeforeAll
  void bootWhatTheIsoInstalled() throws IOException {
    key = DemoArtifacts.key();
    image = makeImage();
    node = installed();
    machine = node.boot(key.access(), media(node.directory()));
    shell = new NodeShell(machine, key.access());
  }

  /** As an OCI layout. */
  Path makeImage() throws IOException {
    return DemoArtifacts.image();
  }

  /** The machine, switched off. */
  NodeMachine installed() throws IOException {
    return InstalledDisk.machine(HOST, firmware, getClass().getSimpleName());
  }

  /** CDs that are in the drives of the node. */
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

  Firmware firmware() {
    return firmware;
  }

  /** Where the machine keeps its disk and logs. */
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

  String answer(String line) {
    Output output = shell.ask(List.of(line)).getFirst();
    assertThat(output.exitCode()).as("%s: %s%s", line, output.stdout(), output.stderr()).isZero();
    return output.text();
  }

  /** What a line says that fails. */
  String failure(String line) {
    Output output = shell.ask(List.of(line)).getFirst();
    assertThat(output.exitCode()).as("%s: %s", line, output.stdout()).isNotZero();
    return output.stdout() + output.stderr();
  }

  /** Writes a file of the node, as root. */
  void put(String path, String text) {
    String encoded = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    answer("echo %s | base64 -d | sudo tee %s >/dev/null".formatted(encoded, path));
  }

  /** Writes a script beside the tests to {@code /usr/local} of the node. */
  void putScript(String name) {
    put("/usr/local/" + name, Beside.text(name));
    answer("sudo chmod +x /usr/local/" + name);
  }

  /** A reboot, by whatever ways, until its services have started again. */
  void reboot() {
    node.reboot(machine, key.access());
    awaitServices();
  }

  /** As {@link #reboot}, with another entry of the boot menu, once. */
  void rebootInto(String entry) {
    answer("sudo grub2-editenv /oem/grubenv set next_entry=" + entry + " && sync");
    reboot();
  }

  /**
   * A reboot that more reboots follow, until the node is in that kind of boot.
   *
   * @param sentinel of /run/cos
   */
  void rebootUntil(String sentinel) {
    String thisBoot = machine.bootId(key.access());
    node.beginReboot(machine, key.access());
    node.awaitNode(
        machine,
        key.access(),
        "another boot with " + sentinel,
        "test -e /run/cos/" + sentinel + " && " + QemuMachine.isOtherBootThan(thisBoot));
    awaitServices();
  }

  /** Resets a node through the boot menu, and looks at what it is then. */
  void resetKeepingTheConfiguration() {
    String machineId = answer("cat /etc/machine-id");
    answer("sudo sh -c 'echo old > /usr/local/old && echo kept > /oem/kept.txt' && sync");
    answer("sudo grub2-editenv /oem/grubenv set next_entry=statereset && sync");

    rebootUntil("active_mode");

    assertThat(failure("cat /usr/local/old")).contains("No such file");
    assertThat(answer("sudo cat /oem/kept.txt")).isEqualTo("kept");
    assertThat(answer("cat /etc/machine-id")).hasSize(32).isNotEqualTo(machineId);
    assertThat(answer("findmnt -no LABEL /")).isEqualTo("COS_ACTIVE");
    assertThat(answer("sudo ls /run/initramfs/cos-state/cOS"))
        .isEqualTo("active.img\npassive.img\nsystems.json");
    assertThat(answer("sudo grub2-editenv /oem/grubenv list | grep next_entry= || true"))
        .isIn("", "next_entry=");
  }

  private void awaitServices() {
    answer("timeout 300 systemctl is-system-running --wait || true");
  }

  /** Until the node has decided about a new system, or told of one that failed. */
  void awaitVerdict() {
    node.awaitVerdict(machine, key.access());
    assertThat(answer("systemctl show -P Result kairos-health"))
        .as(answer("sudo journalctl --boot --no-pager -u kairos-health"))
        .isEqualTo("success");
  }

  String bootState() {
    return answer("kairos-agent state get boot");
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
}
