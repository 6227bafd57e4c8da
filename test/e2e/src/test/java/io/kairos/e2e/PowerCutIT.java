package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.workshop.NodeMachine;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.testkit.disk.DiskReplay;
import io.kairos.testkit.disk.WriteLog;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The power is cut at every moment of a node's life: the disk is rebuilt as of each flush, and with
 * some of what was not flushed yet, and judged; some of those disks are really booted.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PowerCutIT {
  /** A folder with a recording that is judged instead of a new one. */
  private static final String RECORDING = "powercut.recording";

  private static final int LEAST_IMAGES = 1000;
  private static final int BOOTED = 10;
  private static final Host HOST = LinuxHost.here();

  private Path folder;
  private PowerCutRecording recording;
  private PowerCuts cuts;

  @BeforeAll
  void record() {
    folder = DemoArtifacts.target().resolve(getClass().getSimpleName());
    String recorded = System.getProperty(RECORDING, "");
    recording =
        new PowerCutRecording(recorded.isEmpty() ? folder.resolve("recording") : Path.of(recorded));
    if (recorded.isEmpty()) {
      recording.make(
          machine(folder.resolve("machine")), DemoArtifacts.iso().path(), DemoArtifacts.key());
    }
  }

  private NodeMachine machine(Path directory) {
    return InstalledDisk.empty(HOST, DemoArtifacts.iso().path(), Firmware.BIOS, directory);
  }

  @Order(1)
  @Test
  void everyMomentLeavesADiskThatBoots() throws IOException {
    cuts = PowerCuts.of(recording, new BootableDisk(HOST, Files.createDirectories(folder)));

    System.out.println(cuts.report());

    assertThat(cuts.failures()).as(cuts.report()).isEmpty();
    assertThat(cuts.images()).isGreaterThanOrEqualTo(LEAST_IMAGES);
  }

  @Order(2)
  @TestFactory
  Stream<DynamicTest> chosenMomentsReallyBoot() {
    List<PowerCuts.Cut> chosen = cuts.chosen(BOOTED);
    assertThat(chosen).hasSize(BOOTED);
    return chosen.stream()
        .map(cut -> DynamicTest.dynamicTest(cut.toString(), () -> requireBoots(cut)));
  }

  private void requireBoots(PowerCuts.Cut cut) throws IOException {
    Path directory = folder.resolve("boot-after-" + cut.position());
    FileTree.delete(directory);
    Files.createDirectories(directory);
    NodeMachine machine = machine(directory);
    Path raw = directory.resolve("disk.raw");
    try (var log = WriteLog.open(recording.log())) {
      var replay = new DiskReplay(log, NodeMachine.DISK.count());
      replay.advancePast(cut.position() - 1);
      replay.with(cut.survived()).copyTo(raw);
    }
    HOST.run(
        Command.of("qemu-img", "create", "-q", "-f", "qcow2", "-b", raw.toString(), "-F", "raw")
            .with(machine.disk().toString()));
    SshAccess access = DemoArtifacts.key().access();
    try (QemuMachine booted = machine.boot(access)) {
      String mode = booted.ssh(access, "ls /run/cos | grep _mode").text();
      assertThat(mode)
          .as("mode of a disk on which GRUB takes %s", cut.boot().entry())
          .isIn(modes(cut.boot().entry()));
    }
    Files.delete(raw);
    Files.delete(machine.disk());
  }

  /** A reset may have ended when somebody can log in. */
  private static List<String> modes(String entry) {
    return switch (entry) {
      case "cos" -> List.of("active_mode");
      case "fallback" -> List.of("passive_mode");
      case "recovery" -> List.of("recovery_mode");
      case "statereset" -> List.of("autoreset_mode", "active_mode");
      default -> throw new IllegalArgumentException(entry);
    };
  }
}
