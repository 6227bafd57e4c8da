package io.kairos.peers.yip;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The original, run in scratch systems. */
final class RealYip {
  private static final LinuxHost HOST = LinuxHost.here();

  private final Path program;

  private RealYip(Path program) {
    this.program = program;
  }

  /** Skips the test, with the reason, where it cannot be had. */
  static RealYip builtOrSkipped() {
    try {
      return new RealYip(OriginalYip.program(HOST, Path.of("yip").toAbsolutePath()));
    } catch (HostFailure e) {
      assumeTrue(false, e.getMessage());
      throw e;
    }
  }

  Path program() {
    return program;
  }

  /** Runs it inside a scratch root that {@link ScratchSystem} has made, in a namespace of names. */
  Run run(ScratchSystem system, List<String> words, String stdin) {
    Command command =
        Command.of("unshare", "--uts", "chroot", system.root().toString(), "/bin/yip")
            .with(words.toArray(String[]::new))
            .stdin(stdin)
            .env("PATH", ScratchSystem.SEARCH_PATH)
            .env("HOME", "/root")
            .expecting(0, 1, 2);
    Output output = HOST.run(command);
    return new Run(output.exitCode(), Layers.ofLog(output.stderr()), output.stderr());
  }

  /** What a run told. */
  record Run(int exitCode, Layers layers, String log) {
    static final Map<Integer, String> CODES = Map.of(0, "success", 1, "failure", 2, "crash");

    String outcome() {
      return CODES.getOrDefault(exitCode, "exit code " + exitCode);
    }
  }
}
