package io.kairos.bench;

import io.kairos.base.Bytes;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.dist.workshop.NodeKey;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.images.RegistryAccess;
import io.kairos.images.RegistryLogins;
import io.kairos.testkit.qemu.Accelerator;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an installation and an upgrade take on a node: the installation as the demo's machine has
 * told it, the upgrade on a copy of that machine.
 */
final class NodeBench {
  private static final Bytes MEMORY = Bytes.ofMib(2560);

  /** A step of an installation, and what it took beneath. */
  private static final Pattern STEP = Pattern.compile("\\[ *\\d+/\\d+\\] (.*)");

  private static final Pattern TOOK = Pattern.compile("        took ([0-9.]+) s");

  private final LinuxHost host;
  private final Path work;

  /**
   * @param work of an earlier demo
   */
  NodeBench(LinuxHost host, Path work) {
    this.host = host;
    this.work = work;
  }

  /** Only what took a second and more. */
  List<Measurement> installation() {
    Path log = work.resolve("machine/install/serial.log");
    List<Measurement> figures = new ArrayList<>();
    if (!Files.exists(log)) {
      return figures;
    }
    String step = "";
    try (var lines = Files.lines(log, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      for (String line : (Iterable<String>) lines::iterator) {
        Matcher begun = STEP.matcher(line);
        Matcher took = TOOK.matcher(line);
        if (begun.find()) {
          step = begun.group(1).strip();
        } else if (took.find()) {
          figures.add(
              Measurement.of(
                  "install: " + step, Double.parseDouble(took.group(1)), "s", "last demo"));
        }
      }
    } catch (IOException e) {
      throw new HostFailure("cannot read " + log, e);
    }
    return figures;
  }

  /**
   * From the command until the new system is healthy.
   *
   * @param layout of the image that the node runs
   * @param iso that it was installed from
   */
  List<Measurement> upgrade(Path layout, Path iso) {
    try {
      Path folder = Files.createTempDirectory("kairos-bench-node");
      try (var registry = DebianRegistry.start(Files.createDirectory(folder.resolve("registry")))) {
        var access = RegistryAccess.with(RegistryLogins.none()).allowingInsecure(true);
        Path next = NextImage.of(layout, folder, host.kernel());
        NextImage.push(next, access, registry.host() + "/kairos:next");
        return upgrade(folder, iso, registry.hostForGuests() + "/kairos:next");
      } finally {
        FileTree.delete(folder);
      }
    } catch (IOException e) {
      throw new HostFailure("cannot prepare the node of a benchmark", e);
    }
  }

  private List<Measurement> upgrade(Path folder, Path iso, String image) {
    Path installed = work.resolve("machine");
    if (!Files.exists(installed.resolve("disk.qcow2"))) {
      throw new Refused(installed + " has no disk", "run ./kairos demo before");
    }
    Firmware firmware =
        Files.exists(installed.resolve("install/uefi-variables.fd"))
            ? Firmware.UEFI
            : Firmware.BIOS;
    Accelerator accelerator = Accelerator.choose(host, System.getenv(), iso);
    NodeMachine node = machine(accelerator, folder.resolve("node"), firmware);
    node.takeOver(machine(accelerator, installed, firmware));
    SshAccess access = NodeKey.in(work, host).access();
    try (QemuMachine machine = node.boot(access)) {
      node.awaitVerdict(machine, access);
      var watch = new Watch();
      machine.script(
          access, "sudo kairos-agent upgrade --allow-insecure-registries --source oci:" + image);
      double fetched = watch.seconds();
      node.reboot(machine, access);
      double answered = watch.seconds();
      node.awaitVerdict(machine, access);
      double healthy = watch.seconds();
      machine.ssh(access, "test -e /run/cos/active_mode");
      return List.of(
          Measurement.compared(
              "node: the upgrade command", fetched, "s", healthy, "of the time until healthy"),
          Measurement.compared(
              "node: reboot until it answers",
              answered - fetched,
              "s",
              healthy,
              "of the time until healthy"),
          Measurement.of("node: from the command to healthy", healthy, "s", accelerator.name()));
    }
  }

  private NodeMachine machine(Accelerator accelerator, Path folder, Firmware firmware) {
    return new NodeMachine(host, accelerator, folder, firmware, MEMORY);
  }

  private static final class Watch {
    private final long begin = System.nanoTime();

    double seconds() {
      return (System.nanoTime() - begin) / 1e9;
    }
  }
}
