package io.kairos.dist.node;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import io.kairos.immucore.Immucore;
import io.kairos.stages.StageLog;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a boot and a stage need of our code, without a machine: the class archive of the runtime is
 * recorded from it. It does the same on every build host, whatever is mounted there, so that the
 * archive is the same everywhere.
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

    Path oem = Files.createDirectories(folder.resolve("oem"));
    try (var in = Rehearsal.class.getResourceAsStream("rehearsal.yaml")) {
      Files.write(oem.resolve("90_rehearsal.yaml"), in.readAllBytes());
    }
    var stages = new StageRunner(host.at(folder), StageLog.SILENT);
    for (String stage : new String[] {"rootfs", "initramfs", "boot"}) {
      String listing = stages.analyze(stage, StageSources.standard().withCommandLine(INSTALLED));
      System.out.write(listing.getBytes(StandardCharsets.UTF_8));
    }
    System.out.flush();
  }
}
