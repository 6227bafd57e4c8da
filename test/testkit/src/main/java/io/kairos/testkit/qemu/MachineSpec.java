package io.kairos.testkit.qemu;

import io.kairos.base.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A machine before it runs.
 *
 * @param directory where it keeps its logs and firmware variables; exists
 * @param disk qcow2 or raw by its name; tried first at boot
 * @param cdrom an ISO; tried when the disk does not boot
 * @param media further CDs, never booted from
 * @param kernel started directly, without firmware and boot loader
 * @param endsAtReboot whether a reboot of the guest switches the machine off
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
    boolean endsAtReboot) {

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
        false);
  }

  public MachineSpec firmware(Firmware choice) {
    return new MachineSpec(
        directory, accelerator, choice, memory, cpus, disk, cdrom, media, kernel, endsAtReboot);
  }

  public MachineSpec memory(Bytes size) {
    return new MachineSpec(
        directory, accelerator, firmware, size, cpus, disk, cdrom, media, kernel, endsAtReboot);
  }

  public MachineSpec disk(Path file) {
    return new MachineSpec(
        directory,
        accelerator,
        firmware,
        memory,
        cpus,
        Optional.of(file),
        cdrom,
        media,
        kernel,
        endsAtReboot);
  }

  public MachineSpec cdrom(Path iso) {
    return new MachineSpec(
        directory,
        accelerator,
        firmware,
        memory,
        cpus,
        disk,
        Optional.of(iso),
        media,
        kernel,
        endsAtReboot);
  }

  public MachineSpec media(List<Path> isos) {
    return new MachineSpec(
        directory, accelerator, firmware, memory, cpus, disk, cdrom, isos, kernel, endsAtReboot);
  }

  public MachineSpec kernel(Path image, Path initrd, String commandLine) {
    return new MachineSpec(
        directory,
        accelerator,
        firmware,
        memory,
        cpus,
        disk,
        cdrom,
        media,
        Optional.of(new DirectKernel(image, initrd, commandLine)),
        endsAtReboot);
  }

  /** A guest that reboots has done its work. */
  public MachineSpec endingAtReboot() {
    return new MachineSpec(
        directory, accelerator, firmware, memory, cpus, disk, cdrom, media, kernel, true);
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
    disk.ifPresent(
        file ->
            words.addAll(
                List.of(
                    "-drive",
                    "if=none,id=disk,cache=unsafe,discard=unmap,file="
                        + file.toAbsolutePath()
                        + ",format="
                        + (file.toString().endsWith(".qcow2") ? "qcow2" : "raw"),
                    "-device",
                    "virtio-blk-pci,drive=disk,bootindex=0")));
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
}
