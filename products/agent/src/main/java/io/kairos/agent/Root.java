package io.kairos.agent;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this process may change the machine. */
public final class Root {
  private Root() {}

  /**
   * @throws Refused unless the effective user is root
   */
  public static void require() {
    try {
      if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
        throw new Refused("this command requires root privileges", "run it with sudo");
      }
    } catch (IOException e) {
      throw new HostFailure("cannot tell who runs this process", e);
    }
  }
}
