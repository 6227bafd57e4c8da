package io.kairos.testkit.qemu;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A machine before it runs.
 *
 * @param directory where it keeps its logs and firmware variables; exists
 * @param disk qcow2 or raw by its name; tried first at boot
 * @param cdrom an ISO; tried when the disk does not boot
 * @param media further CDs, never booted from
 * @param kernel started directly, without firmware and boot loader
 * @param endsAtReboot whether a reboot of the guest switches the machine off
 * @param writeLog what is written to the disk, as {@link io.kairos.testkit.disk.WriteLog} reads it;
 *     several runs go into one log
 */
public record MachineSpec(
    Path directory,
    Accelerator accelerator,
    Firmware firmware,
    Bytes memory,
    int cpus,
    Optional<Path> disk,
    Optional<Path> cdrom,
    List<Path> media,
    Optional<DirectKernel> kernel,
    boolean endsAtReboot,
    Optional<Path> writeLog) {

  public MachineSpec {
    media = List.copyOf(media);
  }

  /** A kernel with all it needs. */
  public record DirectKernel(Path image, Path initrd, String commandLine) {}

  public static MachineSpec in(Path directory, Accelerator accelerator) {
    return new MachineSpec(
        directory.toAbsolutePath(),
        accelerator,
        Firmware.BIOS,
        Bytes.ofMib(2048),
        2,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        false,
        Optional.empty());
  }

  /** What is to be different; it becomes a specification at once. */
  private static final class Draft {
    private Firmware firmware;
    private Bytes memory;
    private Optional<Path> disk;
    private Optional<Path> cdrom;
    private List<Path> media;
    private Optional<DirectKernel> kernel;
    private boolean endsAtReboot;
    private Optional<Path> writeLog;

    Draft(MachineSpec from) {
      firmware = from.firmware;
      memory = from.memory;
      disk = from.disk;
      cdrom = from.cdrom;
      media = from.media;
      kernel = from.kernel;
      endsAtReboot = from.endsAtReboot;
      writeLog = from.writeLog;
    }
  }

  private MachineSpec with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return new MachineSpec(
        directory,
        accelerator,
        draft.firmware,
        draft.memory,
        cpus,
        draft.disk,
        draft.cdrom,
        draft.media,
        draft.kernel,
        draft.endsAtReboot,
        draft.writeLog);
  }

  public MachineSpec firmware(Firmware choice) {
    return with(draft -> draft.firmware = choice);
  }

  public MachineSpec memory(Bytes size) {
    return with(draft -> draft.memory = size);
  }

  public MachineSpec disk(Path file) {
    return with(draft -> draft.disk = Optional.of(file));
  }

  public MachineSpec cdrom(Path iso) {
    return with(draft -> draft.cdrom = Optional.of(iso));
  }

  public MachineSpec media(List<Path> isos) {
    return with(draft -> draft.media = isos);
  }

  public MachineSpec kernel(Path image, Path initrd, String commandLine) {
    return with(draft -> draft.kernel = Optional.of(new DirectKernel(image, initrd, commandLine)));
  }

  /** A guest that reboots has done its work. */
  public MachineSpec endingAtReboot() {
    return with(draft -> draft.endsAtReboot = true);
  }

  /** Logs all that is written to the disk. */
  public MachineSpec loggingWrites(Path log) {
    return with(draft -> draft.writeLog = Optional.of(log.toAbsolutePath()));
  }

  public Path serialLog() {
    return directory.resolve("serial.log");
  }

  /** What QEMU said itself. */
  public Path qemuLog() {
    return directory.resolve("qemu.log");
  }

  /**
   * @param sockets a short path: a socket name has at most 107 bytes (unix(7))
   * @param sshPort on the loopback interface of this host
   * @param webPort likewise
   */
  List<String> arguments(Path sockets, int sshPort, int webPort) {
    var words = new ArrayList<String>();
    words.addAll(List.of("qemu-system-x86_64", "-name", "kairos", "-machine", "q35"));
    words.addAll(accelerator.arguments());
    words.addAll(List.of("-smp", Integer.toString(cpus), "-m", memory.toMib() + "M"));
    words.addAll(List.of("-nodefaults", "-display", "none", "-vga", "std"));
    if (endsAtReboot) {
      words.add("-no-reboot");
    }
    words.addAll(firmware.arguments(directory));
    words.addAll(
        List.of(
            "-chardev",
            "socket,id=console,server=on,wait=off,path="
                + sockets.resolve("console")
                + ",logfile="
                + serialLog()
                + ",logappend=on",
            "-serial",
            "chardev:console",
            "-qmp",
            "unix:" + sockets.resolve("qmp") + ",server=on,wait=off"));
    words.addAll(
        List.of(
            "-netdev",
            "user,id=net,hostfwd=tcp:127.0.0.1:%d-:22,hostfwd=tcp:127.0.0.1:%d-:8080"
                .formatted(sshPort, webPort),
            "-device",
            "virtio-net-pci,netdev=net,romfile=",
            "-device",
            "virtio-rng-pci"));
    disk.ifPresent(file -> words.addAll(diskArguments(file.toAbsolutePath())));
    cdrom.ifPresent(
        iso ->
            words.addAll(
                List.of(
                    "-drive",
                    "if=none,id=cdrom,media=cdrom,readonly=on,format=raw,file="
                        + iso.toAbsolutePath(),
                    "-device",
                    "ide-cd,id=cdrom-drive,drive=cdrom,bootindex=1")));
    for (int i = 0; i < media.size(); i++) {
      words.addAll(
          List.of(
              "-drive",
              "if=none,id=medium%d,media=cdrom,readonly=on,format=raw,file=%s"
                  .formatted(i, media.get(i).toAbsolutePath()),
              "-device",
              "ide-cd,drive=medium%d,bus=ide.%d".formatted(i, i + 1))); // ide.0 is the cdrom's
    }
    kernel.ifPresent(
        direct ->
            words.addAll(
                List.of(
                    "-kernel",
                    direct.image().toString(),
                    "-initrd",
                    direct.initrd().toString(),
                    "-append",
                    direct.commandLine())));
    return List.copyOf(words);
  }

  private List<String> diskArguments(Path file) {
    String format = file.toString().endsWith(".qcow2") ? "qcow2" : "raw";
    // a kernel that is started directly is what QEMU boots first
    String device = "virtio-blk-pci,drive=disk" + (kernel.isEmpty() ? ",bootindex=0" : "");
    if (writeLog.isEmpty()) {
      return List.of(
          "-drive",
          "if=none,id=disk,cache=unsafe,discard=unmap,file=" + file + ",format=" + format,
          "-device",
          device);
    }
    // The guest's flushes have to reach the log, and nothing below it. QEMU makes one request of
    // many, as long as
    // pwritev(2) takes it, and the log adds a piece of its own.
    String below = ",cache.no-flush=on,discard=unmap";
    return List.of(
        "-blockdev",
        "driver=file,node-name=disk-file,filename=" + file + below,
        "-blockdev",
        "driver=" + format + ",node-name=disk-content,file=disk-file" + below,
        "-blockdev",
        "driver=file,node-name=disk-log,cache.no-flush=on,filename=" + writeLog.get(),
        "-blockdev",
        "driver=blklogwrites,node-name=disk,file=disk-content,log=disk-log,"
            + (isEmpty(writeLog.get()) ? "log-sector-size=512" : "log-append=on"),
        "-device",
        device + ",write-cache=on,request-merging=off");
  }

  private static boolean isEmpty(Path log) {
    try {
      if (!Files.exists(log)) {
        Files.createFile(log); // QEMU does not
      }
      return Files.size(log) == 0;
    } catch (IOException e) {
      throw new HostFailure("cannot prepare the log of writes " + log, e);
    }
  }
}
