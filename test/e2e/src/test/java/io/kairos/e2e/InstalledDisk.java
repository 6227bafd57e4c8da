package io.kairos.e2e;

import io.kairos.base.Bytes;
import io.kairos.dist.workshop.Artifact;
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
  private static final Bytes MEMORY = Bytes.ofMib(2560);

  private InstalledDisk() {}

  /** A machine that is switched off, with an empty disk. */
  static NodeMachine empty(Host host, Path iso, Firmware firmware, Path folder) {
    Accelerator accelerator = Accelerator.choose(host, System.getenv(), iso);
    return new NodeMachine(host, accelerator, folder, firmware, MEMORY);
  }

  /**
   * A machine that is switched off, with a freshly installed disk. The first one of its kind of
   * firmware takes as long as the installation.
   *
   * @param name of its folder
   */
  static NodeMachine machine(Host host, Firmware firmware, String name) throws IOException {
    String kind = firmware.name().toLowerCase(Locale.ROOT);
    return machine(host, firmware, name, kind, DemoArtifacts.iso());
  }

  /**
   * As above, from another ISO.
   *
   * @param kind of nodes that this ISO makes; no other ISO has it
   */
  static NodeMachine machine(Host host, Firmware firmware, String name, String kind, Artifact iso)
      throws IOException {
    Path target = DemoArtifacts.target();
    Path folder = target.resolve("installed-" + kind);
    NodeMachine installed = empty(host, iso.path(), firmware, folder);
    Path mark = folder.resolve("installed-from");
    if (!Files.exists(mark) || !Files.readString(mark).equals(iso.digest())) {
      FileTree.delete(folder);
      installed.install(iso.path());
      Files.writeString(mark, iso.digest());
    }
    NodeMachine machine = empty(host, iso.path(), firmware, target.resolve(name));
    machine.takeOver(installed);
    return machine;
  }
}
