package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.NodeShell;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A machine that runs the system of the medium, and keeps its state on its empty disk. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InMemoryIT {
  private NodeMachine node;
  private SshAccess access;
  private QemuMachine machine;
  private NodeShell shell;

  @BeforeAll
  void boot() throws IOException {
    Host host = LinuxHost.here();
    Path iso = DemoArtifacts.iso().path();
    access = DemoArtifacts.key().access();
    Path folder =
        Files.createDirectories(DemoArtifacts.target().resolve(getClass().getSimpleName()));
    node = InstalledDisk.empty(host, iso, Firmware.BIOS, folder);
    Path userData =
        SeedIso.write(
            host, folder, "cidata", "user-data", DemoArtifacts.cloudConfig("in-memory.yaml"));
    machine = node.bootInMemory(iso, List.of(userData), access);
    shell = new NodeShell(machine, access);
  }

  @AfterAll
  void switchOff() {
    if (machine != null) {
      machine.close();
    }
  }

  @Order(1)
  @TestFactory
  Stream<DynamicTest> theSystemIsTheMediumsAndTheStateIsOnTheDisk() {
    return NodeJourney.tests(
        shell.check(
            List.of(
                NodeCheck.prints("active", "kairos-agent state get boot", "active_boot"),
                NodeCheck.prints("in memory", "kairos-agent state get in_ram", "true"),
                NodeCheck.prints(
                    "sentinels", "ls /run/cos | grep _mode", "active_mode\nin_ram_mode"),
                NodeCheck.prints("hostname of its user data", "hostname", "in-memory"),
                NodeCheck.prints(
                    "partitions",
                    "lsblk -nro PARTLABEL,LABEL,FSTYPE /dev/vda | grep -v '^ *$'",
                    "oem COS_OEM ext4\npersistent COS_PERSISTENT ext4"),
                NodeCheck.prints("oem", "findmnt -no LABEL /oem", "COS_OEM"),
                NodeCheck.prints("persistent", "findmnt -no LABEL /usr/local", "COS_PERSISTENT"),
                NodeCheck.prints("/etc", "findmnt -no FSTYPE /etc", "overlay"),
                NodeCheck.prints("binds", "findmnt -no LABEL /root", "COS_PERSISTENT"),
                NodeJourney.SYSTEMD_IS_CONTENT)));
  }

  @Order(2)
  @Test
  void anotherBootFindsWhatWasKept() {
    machine.script(access, "echo kept | sudo tee /usr/local/kept /root/kept && sync");
    String machineId = machine.ssh(access, "cat /etc/machine-id").text();

    node.reboot(machine, access);

    assertThat(machine.ssh(access, "cat /usr/local/kept; sudo cat /root/kept").text())
        .isEqualTo("kept\nkept");
    assertThat(machine.ssh(access, "cat /etc/machine-id").text()).hasSize(32).isEqualTo(machineId);
  }
}
