package io.kairos.peers.yip;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * The original program, built once from the Go module {@code test/peers/yip} and kept outside the
 * source tree, by the digest of what it is built from.
 */
public final class OriginalYip {
  private static final String PACKAGE = "github.com/mudler/yip";

  /** Where Go unpacks itself when it does not come from a distribution. */
  private static final String USUAL_PLACE = "/usr/local/go/bin";

  private OriginalYip() {}

  /**
   * The program, a static binary.
   *
   * @param module folder with {@code go.mod}
   * @throws HostFailure when it cannot be built, such as without Go or network
   */
  public static Path program(Host host, Path module) {
    try {
      Path program = cache().resolve("yip-" + key(module)).resolve("yip");
      if (!Files.isExecutable(program)) {
        build(host, module, program);
      }
      return program;
    } catch (IOException e) {
      throw new HostFailure("cannot keep the original yip", e);
    }
  }

  private static void build(Host host, Path module, Path program) throws IOException {
    Files.createDirectories(program.getParent());
    Path aside = program.resolveSibling("yip." + ProcessHandle.current().pid());
    host.run(
        Command.of(
                go(host), "build", "-trimpath", "-ldflags=-s -w", "-o", aside.toString(), PACKAGE)
            .inheritingEnvironment()
            .env("CGO_ENABLED", "0")
            .in(module)
            .within(Duration.ofMinutes(30)));
    Files.move(aside, program, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String go(Host host) {
    if (host.hasProgram("go")) {
      return "go";
    }
    if (Files.isExecutable(Path.of(USUAL_PLACE, "go"))) {
      return USUAL_PLACE + "/go";
    }
    throw new HostFailure(
        "go is not installed; it builds the original yip (1.21 or newer; Debian 13 has it)");
  }

  private static Path cache() {
    String home = System.getenv("XDG_CACHE_HOME");
    return (home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home))
        .resolve("kairos/peers");
  }

  private static String key(Path module) throws IOException {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(module.resolve("go.sum")));
      return HexFormat.of().formatHex(sum).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
