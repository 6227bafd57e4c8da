package io.kairos.dist.workshop;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.testkit.qemu.Accelerator;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.IsoFiles;
import io.kairos.testkit.qemu.MachineSpec;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An empty machine that becomes a node: installed from an ISO, then booted from its disk.
 *
 * @param directory of its disk and its logs
 * @param writeLog what all runs of the machine write to its disk, for power cuts
 */
public record NodeMachine(
    Host host,
    Accelerator accelerator,
    Path directory,
    Firmware firmware,
    Bytes memory,
    Optional<Path> writeLog) {
  private static final System.Logger LOG = System.getLogger(NodeMachine.class.getName());

  /** Room for the default layout with its 3 GiB slots (agent 2.4), sparse on this machine. */
  public static final Bytes DISK = Bytes.ofMib(32 * 1024);

  /** For a shell of the node: until it has decided about its system, or has nothing to decide. */
  private static final String UNTIL_JUDGED =
      "timeout 900 sh -c 'until"
          + " [ -n \"$(systemctl show -P ExecMainExitTimestamp kairos-health)\" ]"
          + " || [ \"$(systemctl show -P Result kairos-health)\" = exec-condition ]"
          + "; do sleep 2; done'";

  /** What a console says when nothing will come any more. */
  private static final Pattern STALE_CODE = Pattern.compile("Oops: int3");

  private static final Pattern LOST =
      Pattern.compile(
          "Kernel panic - not syncing|Entering emergency mode|You are in emergency mode"
              + "|No bootable device|BdsDxe: No bootable option");

  /** logind now and then denies it on a machine that is busy; then without logind. */
  private static final String REBOOT =
      "sudo sh -c 'systemctl reboot"
          + " || systemctl --no-block --job-mode=replace-irreversibly start reboot.target'";

  /** The entry of the ISO's menu for systems in memory. */
  private static final Pattern IN_MEMORY =
      Pattern.compile("linux \\(\\$root\\)/boot/kernel (.* kairos\\.ram .*)");

  /** Twenty times as long as on hardware: without KVM every instruction is emulated. */
  private static final Duration INSTALL_DEADLINE = Duration.ofMinutes(25);

  private static final Duration BOOT_DEADLINE = Duration.ofMinutes(12);

  /** A machine whose writes nobody looks at. */
  public NodeMachine(
      Host host, Accelerator accelerator, Path directory, Firmware firmware, Bytes memory) {
    this(host, accelerator, directory, firmware, memory, Optional.empty());
  }

  public NodeMachine loggingWrites(Path log) {
    return new NodeMachine(host, accelerator, directory, firmware, memory, Optional.of(log));
  }

  public Path disk() {
    return directory.resolve("disk.qcow2");
  }

  /** What the installer says on its serial console. */
  public Path installLog() {
    return directory.resolve("install/serial.log");
  }

  /** What the installed node says on its serial console. */
  public Path bootLog() {
    return directory.resolve("node/serial.log");
  }

  /**
   * Boots the ISO and waits until its unattended installation reboots the machine. An emulated
   * machine that loses its way is switched on again, once, and loudly: its disk is still empty.
   *
   * @throws HostFailure when it does not get there
   */
  public void install(Path iso) {
    Optional<HostFailure> first = installOnce(iso);
    if (first.isPresent()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}\n{1}",
          first.get().getMessage(),
          TestCommand.TRIED_ONCE_MORE);
      keepLog();
      installOnce(iso)
          .ifPresent(
              second -> {
                throw second;
              });
    }
  }

  /**
   * Gives it the disk and the firmware's variables of another machine, which is switched off. The
   * disk shares what neither changes; the other one must stay as it is.
   */
  public void takeOver(NodeMachine other) {
    Path variables = other.directory.resolve("install/uefi-variables.fd");
    try {
      Files.createDirectories(directory.resolve("install"));
      Files.deleteIfExists(disk());
      Files.deleteIfExists(directory.resolve("install/uefi-variables.fd"));
      if (Files.exists(variables)) {
        Files.copy(variables, directory.resolve("install/uefi-variables.fd"));
      }
    } catch (IOException e) {
      throw new HostFailure("cannot prepare " + directory, e);
    }
    host.run(
        Command.of("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b")
            .with(other.disk().toString(), disk().toString()));
  }

  private void keepLog() {
    try {
      Files.move(
          installLog(),
          installLog().resolveSibling("lost.log"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new HostFailure("cannot keep " + installLog(), e);
    }
  }

  /**
   * @return how the machine lost its way
   */
  private Optional<HostFailure> installOnce(Path iso) {
    prepare();
    MachineSpec spec = spec("install").cdrom(iso).endingAtReboot();
    try (var machine = QemuMachine.start(host, spec)) {
      machine.await(
          "the unattended installation to reboot the machine",
          INSTALL_DEADLINE,
          () -> isLost(machine) || machine.hasEndedWell());
      if (isLost(machine)) {
        return Optional.of(lost("the ISO did not boot", machine));
      }
      machine.requireCleanEnd();
      return Optional.empty();
    }
  }

  /**
   * Boots the ISO beside an empty disk; a reboot switches the machine off. The caller closes it.
   */
  public QemuMachine bootMedium(Path iso) {
    prepare();
    return QemuMachine.start(host, spec("install").disk(disk()).cdrom(iso).endingAtReboot());
  }

  /**
   * Boots the system of an ISO beside an empty disk, as the ISO's entry for systems in memory does,
   * until ssh answers. The caller closes it.
   *
   * @param media further CDs that are in its drives
   */
  public QemuMachine bootInMemory(Path iso, List<Path> media, SshAccess access) {
    prepare();
    Path kernel = extracted(iso, "/boot/kernel");
    Path initrd = extracted(iso, "/boot/initrd");
    MachineSpec spec =
        spec("node").cdrom(iso).media(media).kernel(kernel, initrd, commandLineInMemory(iso));
    return answering(QemuMachine.start(host, spec), access);
  }

  private String commandLineInMemory(Path iso) {
    try {
      Matcher entry = IN_MEMORY.matcher(Files.readString(extracted(iso, "/boot/grub2/grub.cfg")));
      if (!entry.find()) {
        throw new HostFailure("the menu of " + iso + " has no entry for systems in memory");
      }
      return entry.group(1).replace("$thor_options", "");
    } catch (IOException e) {
      throw new HostFailure("cannot read the menu of " + iso, e);
    }
  }

  private Path extracted(Path iso, String file) {
    Path to = directory.resolve(Path.of(file).getFileName());
    try {
      Files.deleteIfExists(to);
    } catch (IOException e) {
      throw new HostFailure("cannot replace " + to, e);
    }
    return IsoFiles.extract(host, iso, file, to);
  }

  private static boolean isLost(QemuMachine machine) {
    return machine.serial().contains(LOST);
  }

  /**
   * Whether a node will not come back by itself. It restarts after a panic, and one of them is the
   * emulator's: the kernel changes its code behind a breakpoint while other processors run
   * (text_poke_bp), and QEMU may go on with the breakpoint that it has translated.
   */
  private static boolean isHopeless(QemuMachine machine) {
    boolean isEmulatorsFault =
        machine.spec().accelerator().isEmulated() && machine.serial().contains(STALE_CODE);
    return isLost(machine) && !isEmulatorsFault;
  }

  private static HostFailure lost(String what, QemuMachine machine) {
    String end =
        machine.serial().tail(80).stream()
            .map(line -> "\n    " + line)
            .collect(java.util.stream.Collectors.joining());
    String why = machine.serial().line(LOST).orElse("its console is gone");
    return new HostFailure(
        "%s (%s): %s; the end of %s:%s"
            .formatted(
                what, machine.spec().accelerator().name(), why, machine.spec().serialLog(), end));
  }

  /** Boots the installed disk, without the ISO, until ssh answers. The caller closes it. */
  public QemuMachine boot(SshAccess access) {
    return boot(access, List.of());
  }

  /**
   * As {@link #boot(SshAccess)}.
   *
   * @param media CDs that are in its drives
   */
  public QemuMachine boot(SshAccess access, List<Path> media) {
    return answering(QemuMachine.start(host, spec("node").media(media)), access);
  }

  private QemuMachine answering(QemuMachine machine, SshAccess access) {
    try {
      machine.await(
          "an ssh login to the installed node",
          BOOT_DEADLINE,
          () -> isHopeless(machine) || machine.answers(access));
      if (isHopeless(machine)) {
        throw lost("the installed node did not boot", machine);
      }
      if (isLost(machine)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "the emulator ran code that the kernel had replaced ({0}); {1}",
            machine.spec().serialLog(),
            TestCommand.TRIED_ONCE_MORE);
      }
      return machine;
    } catch (RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  /** Reboots a running node and waits until another boot answers. */
  public void reboot(QemuMachine machine, SshAccess access) {
    String before = machine.bootId(access);
    beginReboot(machine, access);
    machine.awaitOtherBoot(access, before, BOOT_DEADLINE);
  }

  /** Reboots a running node, and waits for nothing. */
  public void beginReboot(QemuMachine machine, SshAccess access) {
    machine.sshAndLetGo(access, REBOOT);
  }

  /** Waits until a node that reboots by itself, once or several times, is as a shell line wants. */
  public void awaitNode(QemuMachine machine, SshAccess access, String what, String line) {
    machine.await(what, BOOT_DEADLINE.multipliedBy(2), () -> machine.succeeds(access, line));
  }

  /** Until the node has decided about a new system, or told of one that failed. */
  public void awaitVerdict(QemuMachine machine, SshAccess access) {
    machine.script(access, UNTIL_JUDGED);
  }

  /** Writes the journal of this boot beside the machine's other logs. */
  public void keepJournal(QemuMachine machine, SshAccess access) {
    Output journal = machine.trySsh(access, "sudo journalctl --boot --no-pager");
    try {
      Files.writeString(machine.spec().directory().resolve("journal.log"), journal.stdout());
    } catch (IOException e) {
      throw new HostFailure("cannot keep the journal", e);
    }
  }

  private MachineSpec spec(String phase) {
    Path logs = directory.resolve(phase);
    try {
      Files.createDirectories(logs);
      Files.deleteIfExists(logs.resolve("serial.log"));
      Files.deleteIfExists(logs.resolve("qemu.log"));
      Path variables = directory.resolve("install/uefi-variables.fd");
      if (phase.equals("node") && Files.exists(variables)) {
        // The firmware of the same machine remembers what the installer told it.
        Files.copy(
            variables,
            logs.resolve("uefi-variables.fd"),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot prepare " + logs, e);
    }
    MachineSpec spec =
        MachineSpec.in(logs, accelerator).firmware(firmware).memory(memory).disk(disk());
    return writeLog.map(spec::loggingWrites).orElse(spec);
  }

  private void prepare() {
    try {
      Files.createDirectories(directory);
      Files.deleteIfExists(disk());
      if (writeLog.isPresent()) {
        Files.deleteIfExists(writeLog.get());
      }
      Files.deleteIfExists(directory.resolve("install/uefi-variables.fd"));
    } catch (IOException e) {
      throw new HostFailure("cannot prepare " + directory, e);
    }
    host.run(
        Command.of("qemu-img", "create", "-q", "-f", "qcow2")
            .with(disk().toString(), DISK.toMib() + "M"));
  }
}
