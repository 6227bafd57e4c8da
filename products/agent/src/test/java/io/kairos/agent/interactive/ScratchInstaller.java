package io.kairos.agent.interactive;

import io.kairos.testkit.host.ScratchHost;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The program that a test starts on a terminal: the real one, on a machine that is a folder. Its
 * arguments are the folder and the program that installs.
 */
public final class ScratchInstaller {
  private ScratchInstaller() {}

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[0]);
    Files.writeString(root.resolve("pid"), Long.toString(ProcessHandle.current().pid()));
    var host =
        new ScratchHost(root)
            .with("/proc/cmdline", "cdroot\n")
            .with("/sys/block/vda/size", (40L << 21) + "\n")
            .with("/sys/block/vda/device/model", "Ünïcode & Co\n")
            .with("/sys/block/vdb/size", (80L << 21) + "\n")
            .executing("stty")
            .executing(arguments[1]);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(
        new InteractiveInstallCommand(host, System.getenv(), System.in, out, out)
            .run(Optional.empty(), false));
  }
}
