package io.kairos.peers.yip;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The original, built once from the Go module beside this one and kept outside the source tree, by
 * the digest of what was built.
 */
final class RealYip {
  private static final LinuxHost HOST = LinuxHost.here();
  private static final Path MODULE = Path.of("yip").toAbsolutePath();
  private static final String PACKAGE = "github.com/mudler/yip";

  private final Path program;

  private RealYip(Path program) {
    this.program = program;
  }

  /** Skips the test, with the reason, where it cannot be had. */
  static RealYip builtOrSkipped() {
    Path program = cache().resolve("yip-" + key()).resolve("yip");
    if (!Files.isExecutable(program)) {
      assumeTrue(
          HOST.hasProgram("go") || Files.exists(Path.of("/usr/local/go/bin/go")),
          "go is not installed; it builds the original yip");
      try {
        build(program);
      } catch (HostFailure e) {
        assumeTrue(false, "the original yip cannot be built: " + e.getMessage());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new RealYip(program);
  }

  private static void build(Path program) throws IOException {
    Files.createDirectories(program.getParent());
    Path aside = program.resolveSibling("yip." + ProcessHandle.current().pid());
    HOST.run(
        Command.of("go", "build", "-trimpath", "-ldflags=-s -w", "-o", aside.toString(), PACKAGE)
            .inheritingEnvironment()
            .env("PATH", System.getenv("PATH") + ":/usr/local/go/bin")
            .env("CGO_ENABLED", "0")
            .in(MODULE)
            .within(Duration.ofMinutes(30)));
    Files.move(aside, program, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path cache() {
    String home = System.getenv("XDG_CACHE_HOME");
    return (home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home))
        .resolve("kairos/peers");
  }

  private static String key() {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      byte[] sum = digest.digest(Files.readAllBytes(MODULE.resolve("go.sum")));
      return HexFormat.of().formatHex(sum).substring(0, 16);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
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
    return new Run(
        output.exitCode(),
        Layers.ofLog(output.stderr()),
        new String(output.stderr().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }

  /** What a run told. */
  record Run(int exitCode, Layers layers, String log) {
    static final Map<Integer, String> CODES = Map.of(0, "success", 1, "failure", 2, "crash");

    String outcome() {
      return CODES.getOrDefault(exitCode, "exit code " + exitCode);
    }
  }
}
