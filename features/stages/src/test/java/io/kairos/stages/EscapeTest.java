package io.kairos.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.config.Collector;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.FileTree;
import io.kairos.testkit.Seeds;
import io.kairos.testkit.host.MemoryFolder;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing that is read or done in a root leads out of it, whatever paths and links say. */
class EscapeTest {
  private static final String SECRET = "SECRET";
  private static final int AT_ONCE = 20;

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

  private MemoryFolder memory;
  private Path folder;
  private Path outside;
  private Stages node;

  @BeforeEach
  void aRootWithLinksThatLeadOutOfIt() throws IOException {
    memory = MemoryFolder.open();
    folder = memory.path();
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(
        outside.resolve("secret.yaml"),
        "#cloud-config\nsecret: %s\nstages: {default: [{name: %s}]}\n".formatted(SECRET, SECRET));
    node = root(Files.createDirectory(folder.resolve("root")));
  }

  @AfterEach
  void throwAway() {
    memory.close();
  }

  /** Beside the folder that nothing may lead to. */
  private Stages root(Path at) {
    var stages = new Stages(at);
    stages
        .host
        .withLink("/oem/up", "../../outside")
        .withLink("/oem/away", outside.toString())
        .withLink("/oem/secret.yaml", outside.resolve("secret.yaml").toString())
        .withLink("/oem/loop", "loop")
        .withLink("/oem/round", "../oem")
        .withLink("/away", outside.toString())
        .withLink("/up", "../outside")
        .withLink("/in", "/oem")
        .with("/oem/a.yaml", "#cloud-config\nstages: {default: [{name: a}]}\n");
    return stages;
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

  private static List<String> paths(Random random) {
    return Stream.generate(() -> path(random)).limit(AT_ONCE).toList();
  }

  @Test
  void noSourceIsReadOutside() {
    Seeds.batches(
        25,
        AT_ONCE,
        random -> {
          List<String> paths = paths(random);
          StageSources sources = StageSources.only(paths.toArray(String[]::new));
          assertThat(node.runner().previewAlone("default", sources).listing())
              .as(paths.toString())
              .doesNotContain(SECRET);
          assertThat(new Collector(node.host).directories(paths).collect().merged().keys())
              .as(paths.toString())
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
    Seeds.batches(
        10,
        AT_ONCE,
        random -> {
          Path own = Files.createTempDirectory(folder, "root");
          List<Map<String, Object>> steps =
              paths(random).stream().map(path -> writing(path, random)).toList();
          String text = Yaml.emit(YamlNode.of(Map.of("stages", Map.of("default", steps))));
          StageReport report = root(own).runner().runAlone("default", StageSources.document(text));
          assertThat(report.results()).as(text).hasSize(AT_ONCE);
          assertThat(report.errors()).allSatisfy(error -> assertThat(error).isNotBlank());
          assertThat(contents(outside)).as(text).isEqualTo(before);
          assertThat(Files.isDirectory(outside, LinkOption.NOFOLLOW_LINKS)).isTrue();
          FileTree.delete(own);
        });
    try (Stream<Path> beside = Files.list(folder)) {
      assertThat(beside.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("outside", "root");
    }
  }

  private static Map<String, Object> writing(String path, Random random) {
    Map<String, Object> file = Map.of("path", path, "content", "x", "permissions", 0644);
    return switch (random.nextInt(4)) {
      case 0 -> Map.of("files", List.of(file));
      case 1 -> Map.of("directories", List.of(file));
      case 2 -> Map.of("environment", Map.of("A", "b"), "environment_file", path);
      default -> Map.of("dns", Map.of("nameservers", List.of("::1"), "path", path));
    };
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
