package io.kairos.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.host.Command;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./kairos} and {@code .ci/run}, as far as they go without building. */
class LauncherTest {
  private static final Host HOST = LinuxHost.here();
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @ParameterizedTest
  @ValueSource(strings = {"kairos", ".ci/run"})
  void aCriticalReaderFindsNothing(String script) {
    assumeTrue(HOST.hasProgram("shellcheck"), "shellcheck is not installed");
    HOST.run(Command.of("shellcheck", ROOT.resolve(script).toString()));
  }

  @Test
  void theLauncherIsPosixShell() {
    HOST.run(Command.of("sh", "-n", ROOT.resolve("kairos").toString()));
  }

  /** A clone with the launcher and a list of requirements, nothing else. */
  private static Path clone(Path directory, String requirements) throws IOException {
    Path list = directory.resolve("dist/src/main/resources/io/kairos/dist/requirements.tsv");
    Files.createDirectories(list.getParent());
    Files.writeString(list, requirements);
    Path launcher = Files.copy(ROOT.resolve("kairos"), directory.resolve("kairos"));
    launcher.toFile().setExecutable(true);
    return launcher;
  }

  @Test
  void withoutInstallingItListsWhatIsMissingAndWhy(@TempDir Path directory) throws IOException {
    Path launcher =
        clone(
            directory,
            """
            # a comment
            build\tsh\tdash\truns the launcher
            demo\tno-such-tool\tsome-package\tdoes something
            demo,test\t/no/such/file\tother-package\tknows something
            test\tnot-for-demo\tthird-package\tdoes nothing here
            """);
    Output output = HOST.run(Command.of(launcher.toString(), "demo", "--no-install").expecting(1));
    assertThat(output.stderr())
        .isEqualTo(
            """
            'kairos demo' needs what this machine does not have yet:
              some-package: does something (no-such-tool)
              other-package: knows something (/no/such/file)
            error: --no-install was given, so nothing was installed
              try: apt-get install other-package some-package\s
            """);
  }

  /** Only what the package manager knows is asked for, and the command goes on without it. */
  @Test
  void whatIsOnlyUsefulIsInstalledWhereTheDistributionHasIt(@TempDir Path directory)
      throws IOException {
    Path launcher =
        clone(
            directory,
            """
            build\tsh\tdash\truns the launcher
            test?\tno-such-tool\tknown-package\tdoes something
            test?\tno-such-tool\tunknown-package\tdoes something
            demo?\tno-such-tool\tother-package\tdoes nothing here
            """);
    Path programs = Files.createDirectory(directory.resolve("programs"));
    program(programs, "apt-cache", "[ \"$2\" = known-package ]");
    program(programs, "apt-get", "echo \"$@\"; exit 100");
    program(programs, "sudo", "exec \"$@\"");
    // Where there is no JDK it ends earlier, and where there is one it ends when Maven fails.
    program(programs, "mvn", "exit 1");
    Output output =
        HOST.run(
            Command.of(launcher.toString(), "test")
                .env("PATH", programs + ":" + System.getenv("PATH"))
                .expecting(1));
    assertThat(output.stderr())
        .contains("installing what some tests can use: known-package (log: ")
        .contains("they could not be installed");
    assertThat(directory.resolve(".build/logs/install-useful.log"))
        .hasContent("install --yes --no-install-recommends known-package");
  }

  private static void program(Path folder, String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
    file.toFile().setExecutable(true);
  }

  @Test
  void aMachineWithoutJdkLearnsWhatToInstall(@TempDir Path directory) throws IOException {
    Path jvm = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(jvm)) {
      try (Stream<Path> homes = Files.list(jvm)) {
        assumeTrue(homes.noneMatch(LauncherTest::isJdk25), "a JDK 25 is below " + jvm);
      }
    }
    Path launcher = clone(directory, "build\tsh\tdash\truns the launcher\n");
    Output output =
        HOST.run(Command.of(launcher.toString(), "version").env("PATH", "/bin").expecting(1));
    assertThat(output.stderr()).startsWith("error: no JDK 25").contains("try: unpack one from");
  }

  private static boolean isJdk25(Path home) {
    try {
      return Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"25");
    } catch (IOException e) {
      return false;
    }
  }
}
