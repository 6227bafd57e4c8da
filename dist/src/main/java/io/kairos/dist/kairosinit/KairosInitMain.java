package io.kairos.dist.kairosinit;

import io.kairos.dist.cli.Console;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;
import java.util.List;

/** Started by the head of the file, in the folder into which the rest of it was unpacked. */
public final class KairosInitMain {
  /** That folder; the head of the file sets it. */
  static final String HOME = "kairos.init.home";

  private KairosInitMain() {}

  public static void main(String[] args) {
    System.exit(
        new KairosInitProgram(
                LinuxHost.here(),
                Path.of(System.getProperty(HOME, "")),
                Console.ofProcess(),
                System.getenv())
            .run(List.of(args)));
  }
}
