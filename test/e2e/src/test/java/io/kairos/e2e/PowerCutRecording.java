package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.HostFailure;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.host.FileTree;
import io.kairos.testkit.disk.WriteLog;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of a node, with all that it writes to its disk: installed, booted, upgraded, booted,
 * reset, booted. QEMU's log has no marks, so the phases are told by how long it was when they
 * began.
 *
 * @param folder of the log and of its phases
 */
record PowerCutRecording(Path folder) {
  private static final Duration RESET_DEADLINE = Duration.ofMinutes(40);

  /** What the machine did. */
  enum Phase {
    INSTALL,
    FIRST_BOOT,
    UPGRADE,
    BOOT_OF_THE_NEW_SYSTEM,
    RESET
  }

  /**
   * @param start octets in the log when it began
   */
  record Beginning(Phase phase, long start) {}

  Path log() {
    return folder.resolve("writes.log");
  }

  private Path beginnings() {
    return folder.resolve("phases");
  }

  List<Beginning> read() {
    try {
      return Files.readAllLines(beginnings()).stream()
          .map(line -> line.split(" "))
          .map(words -> new Beginning(Phase.valueOf(words[0]), Long.parseLong(words[1])))
          .toList();
    } catch (IOException e) {
      throw new HostFailure("cannot read " + beginnings(), e);
    }
  }

  /** The phase in which an entry was written. */
  static Phase phaseOf(WriteLog.Entry entry, List<Beginning> beginnings) {
    return beginnings.stream()
        .filter(beginning -> entry.data() > beginning.start())
        .reduce((_, last) -> last)
        .orElseThrow()
        .phase();
  }

  /** Records a machine. */
  void make(NodeMachine machine, Path iso, NodeKey key) {
    try {
      FileTree.delete(folder);
      Files.createDirectories(folder);
      new Recorder(machine.loggingWrites(log()), key.access()).record(iso);
    } catch (IOException e) {
      throw new HostFailure("cannot record to " + folder, e);
    }
  }

  private final class Recorder {
    private final NodeMachine node;
    private final SshAccess access;
    private final List<String> lines = new ArrayList<>();

    Recorder(NodeMachine node, SshAccess access) {
      this.node = node;
      this.access = access;
    }

    void record(Path iso) throws IOException {
      lines.add(Phase.INSTALL + " 0");
      node.install(iso);
      begin(Phase.FIRST_BOOT);
      try (QemuMachine machine = node.boot(access)) {
        node.awaitVerdict(machine, access);
        sync(machine);
        begin(Phase.UPGRADE);
        machine.script(
            access,
            "sudo kairos-agent upgrade" + " --source file:/run/initramfs/cos-state/cOS/active.img");
        sync(machine);
        begin(Phase.BOOT_OF_THE_NEW_SYSTEM);
        node.reboot(machine, access);
        node.awaitVerdict(machine, access);
        assertThat(answer(machine, "kairos-agent state get boot")).isEqualTo("active_boot");
        machine.ssh(access, "sudo kairos-agent bootentry --select statereset");
        sync(machine);
        begin(Phase.RESET);
        reset(machine);
        sync(machine);
      }
      Files.write(beginnings(), lines);
    }

    /** The node boots its recovery system, resets itself and boots again. */
    private void reset(QemuMachine machine) {
      String before = machine.bootId(access);
      node.beginReboot(machine, access);
      machine.await(
          "the reset node to boot its active system",
          RESET_DEADLINE,
          () ->
              machine.succeeds(
                  access,
                  "test -e /run/cos/active_mode && " + QemuMachine.isOtherBootThan(before)));
      node.awaitVerdict(machine, access);
    }

    private void sync(QemuMachine machine) {
      machine.ssh(access, "sync");
    }

    private String answer(QemuMachine machine, String line) {
      return machine.ssh(access, line).text();
    }

    private void begin(Phase phase) throws IOException {
      lines.add(phase + " " + Files.size(log()));
    }
  }
}
