package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.cli.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrateVerbTest {
  private static final String OLD =
      """
      # stays
      apiVersion: v1
      kind: Secret
      ---
      apiVersion: build.kairos.io/v1alpha1
      kind: OSArtifact
      metadata: {name: old}
      spec: {imageName: "r/i:1", iso: true}
      """;

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("artifact.yaml"), OLD);
  }

  private int run(String... words) {
    var console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    return new WorkshopMain(console, Map.of()).run(List.of(words));
  }

  @Test
  void oldArtifactsArePrintedInTodaysShape() {
    assertThat(run("migrate", file.toString())).as(err.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("# stays\napiVersion: v1\nkind: Secret\n---\n")
        .contains("build.kairos.io/v1alpha2", "ref: \"r/i:1\"", "iso: true")
        .doesNotContain("imageName");
    assertThat(file).hasContent(OLD);
  }

  @Test
  void inPlaceTheFileIsWrittenAnewOnce() throws IOException {
    assertThat(run("migrate", "--in-place", file.toString())).isZero();
    String first = Files.readString(file);
    assertThat(first).contains("v1alpha2");
    assertThat(run("migrate", "-i", file.toString())).isZero();
    assertThat(file).hasContent(first);
    assertThat(folder).isDirectoryNotContaining(found -> !found.equals(file));
  }

  @Test
  void whatIsNoManifestIsToldWithItsFileAndStays() throws IOException {
    Files.writeString(file, "kind: [OSArtifact\n");
    assertThat(run("migrate", "--in-place", file.toString())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(file + ":2");
    assertThat(file).hasContent("kind: [OSArtifact\n");
    assertThat(run("migrate", folder.resolve("absent").toString())).isEqualTo(1);
  }
}
