package io.kairos.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.HostFailure;
import io.kairos.base.Problem;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.Validation;
import io.kairos.host.Output;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import io.kairos.stages.StagesCheck;
import io.kairos.testkit.Golden;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cloud-configs as people write them, good ones and broken ones: what is told about each, what each
 * is when it is merged, and what the stages of the good ones do to a machine.
 */
class CorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/corpus");
  private static final List<String> STAGES =
      List.of("rootfs", "initramfs", "fs", "boot", "network", "before-install");

  @TempDir Path root;

  static Stream<String> good() throws IOException {
    return names("good");
  }

  static Stream<String> bad() throws IOException {
    return names("bad");
  }

  private static Stream<String> names(String folder) throws IOException {
    try (var files = Files.list(CORPUS.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** Without those that need a network, a package manager or a disk. */
  static Stream<String> executable() throws IOException {
    var elsewhere = Set.of("datasource", "files-and-downloads", "layout", "packages");
    return good().filter(name -> !elsewhere.contains(name));
  }

  private Config scan(String folder, String name) throws IOException {
    String text = Files.readString(CORPUS.resolve(folder).resolve(name + ".yaml"));
    return new Collector(
            new ScratchHost(root).with("/oem/" + name + ".yaml", text),
            address -> {
              throw new HostFailure("cannot fetch " + address);
            },
            address -> address)
        .directories(List.of("/oem"))
        .collect();
  }

  private static String told(Validation validation) {
    var text = new StringBuilder();
    section(text, "errors", validation.errors());
    section(text, "errors in strict mode", validation.doubts());
    section(text, "warnings", validation.warnings());
    return text.toString();
  }

  private static void section(StringBuilder text, String title, List<Problem> problems) {
    if (!problems.isEmpty()) {
      text.append("---- ").append(title).append('\n');
      problems.forEach(problem -> text.append(problem.render()).append('\n'));
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void aGoodConfigIsTakenAsItIs(String name) throws IOException {
    Config config = scan("good", name);
    Validation validation = Validation.of(config, new StagesCheck());
    boolean wantsAddress = name.equals("templated-url"); // no network here
    assertThat(validation.errors()).hasSize(wantsAddress ? 1 : 0);
    assertThat(validation.doubts()).isEmpty();
    Golden.assertMatches(
        CORPUS.resolveSibling("golden/corpus/" + name + ".merged"),
        told(validation) + config.asYaml());
  }

  @ParameterizedTest
  @MethodSource("bad")
  void aBrokenConfigIsExplained(String name) throws IOException {
    Config config = scan("bad", name);
    Validation validation = Validation.of(config, new StagesCheck());
    assertThat(validation.errors().size() + validation.notices().size()).isPositive();
    Golden.assertMatches(
        CORPUS.resolveSibling("golden/corpus/" + name + ".told"), told(validation));
  }

  /** Programs are not run, but told; files are written below the scratch root. */
  @ParameterizedTest
  @MethodSource("executable")
  void theStagesOfAGoodConfigDoWhatTheySay(String name) throws IOException {
    var host =
        new ScratchHost(root)
            .with("/proc/sys/kernel/hostname", "edge-1\n")
            .with("/etc/os-release", "ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME=\"Debian 13\"\n")
            .with("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
            .with("/etc/hosts", "127.0.0.1 localhost\n")
            .with("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
            .with("/etc/group", "root:x:0:\nadmin:x:999:\n")
            .with("/etc/shadow", "root:*:1::::::\n")
            .withDirectory("/root")
            .withDirectory("/run")
            .withDirectory("/tmp");
    for (String program : List.of("sh", "/bin/sh", "systemctl", "systemd-firstboot", "modprobe")) {
      host.answering(program, command -> new Output(0, "", ""));
    }
    Set<String> before = files();
    Files.createDirectories(root.resolve("oem"));
    Files.copy(CORPUS.resolve("good/" + name + ".yaml"), root.resolve("oem/" + name + ".yaml"));
    var runner =
        new StageRunner(
            host,
            address -> {
              throw new HostFailure("no network: " + address);
            },
            (level, line) -> {});
    var told = new StringBuilder();
    for (String stage : STAGES) {
      told.append(runner.analyze(stage, StageSources.only("/oem")));
      runner
          .run(stage, StageSources.only("/oem"))
          .errors()
          .forEach(problem -> told.append("! ").append(problem).append('\n'));
    }
    host.commands().stream().sorted().forEach(line -> told.append("$ ").append(line).append('\n'));
    Set<String> after = files();
    after.removeAll(before);
    after.stream()
        .filter(file -> !file.contains(" /oem/"))
        .forEach(f -> told.append(f).append('\n'));
    Golden.assertMatches(
        CORPUS.resolveSibling("golden/corpus/" + name + ".executed"), everywhere(told.toString()));
  }

  /** Without what differs between machines: where the scratch root is, and the search path. */
  private String everywhere(String told) {
    return told.replace(root.toString(), "")
        .replace(root.getFileName().toString(), "ROOT")
        .replaceAll("PATH=\\S+ ", "");
  }

  private Set<String> files() throws IOException {
    Set<String> files = new TreeSet<>();
    try (var all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        files.add(mode + " /" + root.relativize(file));
      }
    }
    return files;
  }
}
