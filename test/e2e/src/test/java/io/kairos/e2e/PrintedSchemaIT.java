package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person sees who writes a cloud-config in an editor: the real YAML language server from
 * npm, pinned by test/editors/package-lock.json, with what {@code kairos-agent print-schema}
 * prints.
 */
@Tag("long")
class PrintedSchemaIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path HOME = Path.of(System.getProperty("kairos.home"));
  private static final Path EDITORS = HOME.resolve("test/editors");
  private static final Path CORPUS = HOME.resolve("products/agent/src/test/resources/corpus");

  /** What people have always written, and the schema would rather have otherwise. */
  private static final List<String> OLD_HABITS = List.of("/good/dotted-install.yaml:");

  @TempDir static Path folder;
  private static Path server;

  @BeforeAll
  static void aSchemaAndALanguageServer() throws IOException {
    for (String program : List.of("node", "npm")) {
      assumeTrue(HOST.hasProgram(program), "the language server needs " + program);
    }
    server = installed();
    Command print =
        Command.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.kairos.dist.node.NodeMain",
                "kairos-agent",
                "print-schema")
            .within(Duration.ofMinutes(1));
    Files.writeString(folder.resolve("schema.json"), HOST.run(print).stdout());
  }

  /** Installed once, by the digest of the lock; a half installation never gets its name. */
  private static Path installed() throws IOException {
    Path cache =
        Path.of(System.getProperty("user.home"), ".cache", "kairos", "editors")
            .resolve(digest(EDITORS.resolve("package-lock.json")));
    if (!Files.isDirectory(cache)) {
      Path aside = cache.resolveSibling(cache.getFileName() + "." + ProcessHandle.current().pid());
      Files.createDirectories(aside);
      for (String file : List.of("package.json", "package-lock.json")) {
        Files.copy(EDITORS.resolve(file), aside.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
      var _ =
          HOST.run(
              Command.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                  .inheritingEnvironment()
                  .in(aside)
                  .within(Duration.ofMinutes(10)));
      Files.move(aside, cache, StandardCopyOption.ATOMIC_MOVE);
    }
    return cache;
  }

  private static String digest(Path file) throws IOException {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the server says: {@code FILE:LINE:COLUMN: MESSAGE}, then what it completes. */
  private static List<String> told(List<Path> files) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "node",
                EDITORS.resolve("diagnose.mjs").toString(),
                server.toString(),
                folder.resolve("schema.json").toString()));
    files.forEach(file -> words.add(file.toString()));
    return HOST.run(Command.of(words).within(Duration.ofMinutes(5))).stdout().lines().toList();
  }

  private static List<String> toldOf(String config) throws IOException {
    Path file = Files.createTempFile(folder, "config", ".yaml");
    Files.writeString(file, config, StandardCharsets.UTF_8);
    return told(List.of(file)).stream()
        .filter(line -> line.startsWith(file.toString()))
        .map(line -> line.substring(file.toString().length() + 1))
        .toList();
  }

  @Test
  void aGoodConfigHasNoMarks() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS.resolve("good"))) {
      assertThat(told(files.sorted().toList()))
          .filteredOn(line -> !line.startsWith("completes "))
          .filteredOn(line -> OLD_HABITS.stream().noneMatch(line::contains))
          .isEmpty();
    }
  }

  @Test
  void aValueOfTheWrongKindIsMarkedWhereItStands() throws IOException {
    assertThat(toldOf("#cloud-config\ninstall:\n  auto: maybe\n"))
        .singleElement()
        .asString()
        .startsWith("3:9: ")
        .contains("Incorrect type", "boolean");
  }

  @Test
  void aNameThatIsMissingIsMarked() throws IOException {
    assertThat(toldOf("#cloud-config\nusers:\n  - passwd: x\n"))
        .anyMatch(line -> line.startsWith("3:5: ") && line.contains("\"name\""));
  }

  @Test
  void aWordThatIsNotAmongTheAllowedOnesIsMarked() throws IOException {
    assertThat(toldOf("#cloud-config\narch: mips\n"))
        .anyMatch(line -> line.startsWith("2:7: ") && line.contains("\"amd64\""));
  }

  @Test
  void aStepIsCheckedAsDeeplyAsTheRest() throws IOException {
    assertThat(toldOf("#cloud-config\nstages:\n  boot:\n    - commands: echo\n"))
        .anyMatch(line -> line.startsWith("4:17: ") && line.contains("array"));
  }

  @Test
  void whatExcludesEachOtherIsMarked() throws IOException {
    assertThat(toldOf("#cloud-config\ninstall:\n  reboot: true\n  poweroff: true\n")).isNotEmpty();
  }

  @Test
  void keysOfASectionAreCompleted() {
    assertThat(told(List.of()))
        .singleElement()
        .asString()
        .startsWith("completes under install: ")
        .contains(" auto ", " device ", " partitions ", " reboot ", " grub_options ");
  }
}
