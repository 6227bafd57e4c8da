package io.kairos.peers.yip;

import io.kairos.base.HostFailure;
import io.kairos.host.Host;
import io.kairos.testkit.GoProgram;
import java.nio.file.Path;
import java.util.List;

/** The original program, from the Go module {@code test/peers/yip}. */
public final class OriginalYip {
  private static final GoProgram PROGRAM =
      new GoProgram("peers", "yip", "github.com/mudler/yip", List.of());

  private OriginalYip() {}

  /**
   * The program, a static binary.
   *
   * @param module folder with {@code go.mod}
   * @throws HostFailure when it cannot be built, such as without Go or network
   */
  public static Path program(Host host, Path module) {
    return PROGRAM.built(host, module);
  }
}
