package io.kairos.testkit;

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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that is built once from a Go module and kept outside the source tree, by the digest of
 * what it is built from.
 *
 * @param shelf folder below {@code ~/.cache/kairos} where it is kept
 * @param name of the program
 * @param source package that it is built from, {@code .} for the module itself
 * @param options of {@code go build}
 */
public record GoProgram(String shelf, String name, String source, List<String> options) {
  /** Where Go unpacks itself when it does not come from a distribution. */
  private static final String USUAL_PLACE = "/usr/local/go/bin";

  public GoProgram {
    options = List.copyOf(options);
  }

  /**
   * Where the program is when it has been built.
   *
   * @param module folder with {@code go.mod}
   */
  public Path place(Path module) {
    try {
      return cache().resolve(shelf).resolve(name + "-" + key(module)).resolve(name);
    } catch (IOException e) {
      throw new HostFailure("cannot read the Go module " + module, e);
    }
  }

  /**
   * The program, a static binary.
   *
   * @param module folder with {@code go.mod}
   * @throws HostFailure when it cannot be built, such as without Go or network
   */
  public Path built(Host host, Path module) {
    try {
      Path program = place(module);
      if (!Files.isExecutable(program)) {
        build(host, module, program);
      }
      return program;
    } catch (IOException e) {
      throw new HostFailure("cannot keep the program " + name, e);
    }
  }

  private void build(Host host, Path module, Path program) throws IOException {
    Files.createDirectories(program.getParent());
    Path aside = program.resolveSibling(name + "." + ProcessHandle.current().pid());
    List<String> command = new ArrayList<>();
    command.addAll(List.of(go(host), "build", "-trimpath", "-ldflags=-s -w"));
    command.addAll(options);
    command.addAll(List.of("-o", aside.toString(), source));
    host.run(
        Command.of(command)
            .inheritingEnvironment()
            .env("CGO_ENABLED", "0")
            .in(module)
            .within(Duration.ofMinutes(45)));
    Files.move(aside, program, StandardCopyOption.ATOMIC_MOVE);
  }

  private String go(Host host) {
    if (host.hasProgram("go")) {
      return "go";
    }
    if (Files.isExecutable(Path.of(USUAL_PLACE, "go"))) {
      return USUAL_PLACE + "/go";
    }
    throw new HostFailure(
        "go is not installed; it builds "
            + name
            + " (1.21 or newer, which fetches what the module asks for; Debian 13 has it)");
  }

  private static Path cache() {
    String home = System.getenv("XDG_CACHE_HOME");
    return (home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home))
        .resolve("kairos");
  }

  private static String key(Path module) throws IOException {
    try (Stream<Path> files = Files.list(module)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(Files.readAllBytes(module.resolve("go.sum")));
      for (Path file : files.filter(f -> f.toString().endsWith(".go")).sorted().toList()) {
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
