package io.kairos.dist.node;

import io.kairos.dist.cli.Console;
import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.immucore.Immucore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a boot and a stage need of our code, without a machine: the class archive of the runtime is
 * recorded from it. It does the same on every build host, whatever is mounted there, so that the
 * archive is the same everywhere: its machine is a folder, and no step of it starts a process.
 */
public final class Rehearsal {
  private static final String INSTALLED =
      "BOOT_IMAGE=(loop0)/boot/vmlinuz console=tty1 root=LABEL=COS_ACTIVE"
          + " cos-img/filename=/cOS/active.img panic=5 rd.cos.oemlabel=COS_OEM";
  private static final String LIVE =
      "cdroot root=live:CDLABEL=COS_LIVE rd.cos.disable install-mode";

  private Rehearsal() {}

  /**
   * @param args a folder of its own
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]).toAbsolutePath();
    LinuxHost host = LinuxHost.here();
    host.kernel().sync(folder);
    host.run(Command.of("true"));

    System.out.print(Immucore.graph(INSTALLED).render());
    System.out.print(Immucore.graph(LIVE).render());

    write(folder, "proc/cmdline", INSTALLED + "\n");
    for (String file : List.of("etc/os-release", "etc/passwd", "etc/shadow", "etc/group")) {
      write(folder, file, resource("rehearsal/" + file));
    }
    write(folder, "system/oem/00_rehearsal.yaml", resource("rehearsal/image.yaml"));
    write(folder, "oem/90_rehearsal.yaml", resource("rehearsal/user.yaml"));
    var machine = host.at(folder);
    agent(machine, "config", "get", "hostname");
    agent(
        host.at(Files.createDirectory(folder.resolve("empty"))), "config", "get", "install.device");
    for (String stage : List.of("rootfs", "initramfs", "boot")) {
      agent(machine, "run-stage", stage, "--dry-run");
      agent(machine, "run-stage", stage);
    }
    System.out.flush();
  }

  /** Steps that need a shell fail in such a machine; how they fail is the same everywhere. */
  private static void agent(LinuxHost machine, String... words) {
    var _ = new AgentProgram(machine, Console.ofProcess(), Map.of()).run(List.of(words));
  }

  private static void write(Path folder, String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static String resource(String name) throws IOException {
    try (var in = Rehearsal.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
