package io.kairos.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.formats.yaml.YamlScalar;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameworkTest {
  private static final Set<String> STEP_KEYS =
      Set.of(
          "name",
          "if",
          "only_os",
          "only_service_manager",
          "directories",
          "files",
          "commands",
          "hostname",
          "sysctl",
          "users",
          "ensure_entities",
          "systemctl",
          "environment",
          "environment_file",
          "layout",
          "datasource");

  private static Path rootfs() throws URISyntaxException {
    return Path.of(Framework.class.getResource("rootfs").toURI());
  }

  private static Stream<Framework.File> files() {
    return Framework.shipped().groups().stream().flatMap(group -> group.files().stream());
  }

  static Stream<String> cloudConfigs() {
    return files().map(Framework.File::path).filter(path -> path.startsWith("/system/oem/"));
  }

  @ParameterizedTest
  @MethodSource("filePaths")
  void everyFileThatIsNamedExists(String path) {
    assertThat(Resources.bytes("rootfs" + path)).isNotEmpty();
  }

  static Stream<String> filePaths() {
    return files().map(Framework.File::path);
  }

  @Test
  void everyFileThatExistsIsNamed() throws IOException, URISyntaxException {
    Path root = rootfs();
    try (Stream<Path> all = Files.walk(root)) {
      assertThat(all.filter(Files::isRegularFile).map(file -> "/" + root.relativize(file)))
          .containsExactlyInAnyOrderElementsOf(filePaths().toList());
    }
  }

  @Test
  void scriptsAreExecutableAndSecretsAreSecret() {
    assertThat(files())
        .allSatisfy(
            file -> {
              boolean script = new String(file.content(), StandardCharsets.UTF_8).startsWith("#!");
              boolean secret = file.path().contains("/iscsi/");
              assertThat(file.mode())
                  .as(file.path())
                  .isEqualTo(script ? 0755 : secret ? 0600 : 0644);
            });
  }

  @ParameterizedTest
  @MethodSource("cloudConfigs")
  void everyCloudConfigHasAName(String path) {
    assertThat(document(path).text("name")).as(path).isPresent();
  }

  @ParameterizedTest
  @MethodSource("cloudConfigs")
  void cloudConfigsUseOnlyKeysOfSteps(String path) {
    assertThat(steps(path))
        .isNotEmpty()
        .allSatisfy(step -> assertThat(STEP_KEYS).as(path).containsAll(step.keys()));
  }

  @ParameterizedTest
  @MethodSource("cloudConfigs")
  void everyFileOfACloudConfigHasPermissions(String path) {
    // Without them the file would get mode 0000, as users of the stage engine know it.
    assertThat(steps(path))
        .flatMap(
            step ->
                Stream.concat(step.list("files").stream(), step.list("directories").stream())
                    .toList())
        .allSatisfy(file -> assertThat(((YamlMap) file).get("permissions")).as(path).isPresent());
  }

  @ParameterizedTest
  @MethodSource("cloudConfigs")
  void shellInCloudConfigsIsPosix(String path) throws IOException, InterruptedException {
    for (YamlMap step : steps(path)) {
      for (String script : scripts(step)) {
        assertThat(script).as(path).doesNotContain("[[", "==");
        assertThat(syntaxErrors("sh", script)).as("%s: %s", path, script).isEmpty();
      }
    }
  }

  private static List<String> scripts(YamlMap step) {
    return Stream.concat(
            step.text("if").stream(),
            step.list("commands").stream().map(node -> ((YamlScalar) node).asText()))
        .toList();
  }

  @Test
  void shellScriptsParse() throws IOException, InterruptedException {
    for (Framework.File file : files().filter(file -> file.mode() == 0755).toList()) {
      String text = new String(file.content(), StandardCharsets.UTF_8);
      String shell = text.startsWith("#!/bin/bash") ? "bash" : "sh";
      assertThat(syntaxErrors(shell, text)).as(file.path()).isEmpty();
    }
    for (String script : List.of("scripts/in-root.sh", "scripts/package-digests.sh")) {
      assertThat(syntaxErrors("sh", Resources.text(script))).as(script).isEmpty();
    }
  }

  @Test
  void bootMenusAreGrubScripts() throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/grub-script-check")),
        "grub-script-check of the package grub-common is missing");
    for (String path :
        List.of(
            "/etc/cos/grub.cfg", "/etc/cos/bootargs.cfg", "/etc/kairos/branding/grubmenu.cfg")) {
      assertThat(output(new ProcessBuilder("grub-script-check"), Resources.bytes("rootfs" + path)))
          .as(path)
          .isEmpty();
    }
  }

  @Test
  void unitsStartTheAgentByTheNameThatImagesHave() {
    assertThat(files().filter(file -> file.path().endsWith(".service")))
        .allSatisfy(
            file -> {
              String unit = new String(file.content(), StandardCharsets.UTF_8);
              if (unit.contains("kairos-agent")) {
                assertThat(unit)
                    .as(file.path())
                    .containsPattern(
                        "/usr/bin/kairos-agent (run-stage [a-z]+|start|webui|health --assess)\n");
              }
            });
  }

  /** Steps of stage network build upon those of stage boot (upstream #2571). */
  @Test
  void theNetworkStageWaitsForTheBootStage() {
    assertThat(files().filter(file -> file.path().endsWith("/cos-setup-network.service")))
        .singleElement()
        .satisfies(
            file ->
                assertThat(new String(file.content(), StandardCharsets.UTF_8))
                    .containsPattern("(?m)^After=.*\\bcos-setup-boot\\.service"));
  }

  /** The agent of older releases finds the entries with this expression. */
  @Test
  void menuEntriesEndWithTheirIdentifier() {
    for (String path : List.of("/etc/cos/grub.cfg", "/etc/kairos/branding/grubmenu.cfg")) {
      assertThat(
              Resources.text("rootfs" + path).lines().filter(line -> line.contains("menuentry \"")))
          .allSatisfy(line -> assertThat(line).containsPattern("--id\\s([A-z0-9]*)\\s\\{$"));
    }
  }

  private static YamlMap document(String path) {
    return (YamlMap) Yaml.parse(Resources.text("rootfs" + path), path);
  }

  private static List<YamlMap> steps(String path) {
    return document(path).map("stages").orElseThrow().entries().stream()
        .flatMap(stage -> ((io.kairos.formats.yaml.YamlList) stage.value()).items().stream())
        .map((YamlNode step) -> (YamlMap) step)
        .toList();
  }

  private static String syntaxErrors(String shell, String script)
      throws IOException, InterruptedException {
    return output(new ProcessBuilder(shell, "-n", "-c", script), new byte[0]);
  }

  /** What a checker that failed has said. */
  private static String output(ProcessBuilder checker, byte[] input)
      throws IOException, InterruptedException {
    Process process = checker.redirectErrorStream(true).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input);
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "" : "failed: " + said;
  }
}
