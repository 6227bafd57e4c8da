package io.kairos.e2e;

import io.kairos.dist.workshop.NodeCheck;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.NodeShell;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** A node that was installed onto partitions that were there, without formatting them. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreparedDiskIT {
  private QemuMachine machine;
  private SshAccess access;

  @BeforeAll
  void install() {
    access = DemoArtifacts.key().access();
    Path iso = DemoArtifacts.iso("prepared-disk", DemoArtifacts.cloudConfig("prepared-disk.yaml"));
    NodeMachine node =
        InstalledDisk.empty(
            LinuxHost.here(),
            iso,
            Firmware.BIOS,
            DemoArtifacts.target().resolve(getClass().getSimpleName()));
    node.install(iso);
    machine = node.boot(access);
  }

  @AfterAll
  void switchOff() {
    if (machine != null) {
      machine.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> theNodeLivesOnThem() {
    return NodeJourney.tests(
        new NodeShell(machine, access)
            .check(
                List.of(
                    NodeCheck.prints("active", "kairos-agent state get boot", "active_boot"),
                    NodeCheck.prints("hostname", "hostname", "prepared"),
                    NodeCheck.prints(
                        "what was on a partition of the user",
                        "sudo mkdir -p /run/mine && sudo mount /dev/disk/by-label/MINE /run/mine"
                            + " && cat /run/mine/note",
                        "was here"),
                    NodeCheck.prints(
                        "what was on the persistent one", "cat /usr/local/note", "was here"),
                    NodeCheck.prints(
                        "partitions",
                        "lsblk -nro PARTLABEL /dev/vda | grep -v '^ *$' | xargs",
                        "bios oem recovery state mine persistent"),
                    NodeCheck.prints(
                        "both slots",
                        "sudo ls /run/initramfs/cos-state/cOS",
                        "active.img\npassive.img\nsystems.json"),
                    NodeCheck.succeeds(
                        "the recovery system",
                        "sudo debugfs -R 'stat /cOS/recovery.img' /dev/disk/by-label/COS_RECOVERY"
                            + " 2>/dev/null | grep -q Inode:"),
                    NodeJourney.SYSTEMD_IS_CONTENT)));
  }
}
