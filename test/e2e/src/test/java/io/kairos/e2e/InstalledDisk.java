package io.kairos.e2e;

import io.kairos.base.Bytes;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.testkit.qemu.Accelerator;
import io.kairos.testkit.qemu.Firmware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Machines that an ISO has been installed on, once for all journeys of a kind of firmware. */
final class InstalledDisk {
  /** Of each machine. */
  static final Bytes MEMORY = Bytes.ofMib(2560);

  private InstalledDisk() {}

  /**
   * A machine in that folder, switched off, with a freshly installed disk.
   *
   * @param target of all machines; the one that was really installed is there too
   */
  static NodeMachine machine(
      Host host, Path iso, String digest, Firmware firmware, Path target, String name)
      throws IOException {
    Accelerator accelerator = Accelerator.choose(host, System.getenv(), iso);
    Path folder = target.resolve("installed-" + firmware.name().toLowerCase(Locale.ROOT));
    var installed = new NodeMachine(host, accelerator, folder, firmware, MEMORY);
    Path mark = folder.resolve("installed-from");
    if (!Files.exists(mark) || !Files.readString(mark).equals(digest)) {
      FileTree.delete(folder);
      installed.install(iso);
      Files.writeString(mark, digest);
    }
    var machine = new NodeMachine(host, accelerator, target.resolve(name), firmware, MEMORY);
    machine.takeOver(installed);
    return machine;
  }
}
