package io.kairos.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.config.Collector;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.testkit.Seeds;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that is read or done in a root leads out of it, whatever paths and links say. */
class EscapeTest {
  private static final String SECRET = "SECRET";

  private static final String[] PIECES = {
    "/",
    "..",
    "../../..",
    ".",
    "oem",
    "up",
    "away",
    "loop",
    "round",
    "in",
    "file",
    "new",
    "a.yaml",
    "secret.yaml",
    "etc",
    " ",
    "é",
    "\u0000",
    "//",
    "pipe.yaml",
    "x".repeat(300)
  };

  @TempDir Path folder;
  private Path outside;
  private Stages node;

  @BeforeEach
  void aRootWithLinksThatLeadOutOfIt() throws IOException {
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(
        outside.resolve("secret.yaml"),
        "#cloud-config\nsecret: %s\nstages: {default: [{name: %s}]}\n".formatted(SECRET, SECRET));
    node = new Stages(Files.createDirectory(folder.resolve("root")));
    node.host
        .withLink("/oem/up", "../../outside")
        .withLink("/oem/away", outside.toString())
        .withLink("/oem/secret.yaml", outside.resolve("secret.yaml").toString())
        .withLink("/oem/loop", "loop")
        .withLink("/oem/round", "../oem")
        .withLink("/away", outside.toString())
        .withLink("/up", "../outside")
        .withLink("/in", "/oem")
        .with("/oem/a.yaml", "#cloud-config\nstages: {default: [{name: a}]}\n");
  }

  private static String path(Random random) {
    var path = new StringBuilder("/");
    for (int i = random.nextInt(7); i > 0; i--) {
      path.append(PIECES[random.nextInt(PIECES.length)]).append(random.nextBoolean() ? "/" : "");
    }
    return path.toString();
  }

  @Test
  void noPathLeadsOut() {
    Path root = node.host.root();
    Seeds.each(
        5_000,
        random -> {
          String path = path(random);
          try {
            assertThat(node.host.path(path)).startsWithRaw(root);
            assertThat(node.host.resolved(path).normalize()).startsWithRaw(root);
          } catch (io.kairos.base.HostFailure refused) {
            assertThat(refused).hasMessageNotContaining(outside.toString());
          }
        });
  }

  @Test
  void noSourceIsReadOutside() {
    Seeds.some(
        500,
        20,
        random -> {
          String path = path(random);
          assertThat(node.runner().previewAlone("default", StageSources.only(path)).listing())
              .doesNotContain(SECRET);
          assertThat(new Collector(node.host).directories(List.of(path)).collect().merged().keys())
              .doesNotContain("secret");
        });
  }

  /** A pipe that nobody writes into would be waited for until the end of days. */
  @Test
  @Timeout(60)
  void whatIsNoFileIsNotWaitedFor() throws Exception {
    Path pipe = node.host.path("/oem/pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(node.runner().preview("default", StageSources.only("/oem")).listing())
        .contains("/oem/a.yaml");
    assertThat(new Collector(node.host).directories(List.of("/oem")).collect().sources())
        .containsExactly("/oem/a.yaml");
  }

  @Test
  void noStepWritesOutside() throws IOException {
    String before = contents(outside);
    Seeds.some(
        200,
        100,
        random -> {
          Map<String, Object> file =
              Map.of("path", path(random), "content", "x", "permissions", 0644);
          Map<String, Object> step =
              switch (random.nextInt(4)) {
                case 0 -> Map.of("files", List.of(file));
                case 1 -> Map.of("directories", List.of(file));
                case 2 -> Map.of("environment", Map.of("A", "b"), "environment_file", path(random));
                default ->
                    Map.of("dns", Map.of("nameservers", List.of("::1"), "path", path(random)));
              };
          String text = Yaml.emit(YamlNode.of(Map.of("stages", Map.of("default", List.of(step)))));
          StageReport report = node.runner().runAlone("default", StageSources.document(text));
          assertThat(report.errors()).allSatisfy(error -> assertThat(error).isNotBlank());
          assertThat(contents(outside)).as(text).isEqualTo(before);
          assertThat(Files.isDirectory(outside, LinkOption.NOFOLLOW_LINKS)).isTrue();
        });
    try (Stream<Path> beside = Files.list(folder)) {
      assertThat(beside.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("outside", "root");
    }
  }

  private static String contents(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, new FileVisitOption[0])) {
      return files
          .map(
              file -> {
                try {
                  return file + " " + (Files.isRegularFile(file) ? Files.readString(file) : "");
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              })
          .sorted()
          .collect(Collectors.joining("\n"));
    }
  }
}
