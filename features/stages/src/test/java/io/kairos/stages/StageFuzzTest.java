package io.kairos.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts that nobody would write; {@code -Dcases=1000000} asks for more of them. */
class StageFuzzTest {
  private static final int USUALLY = 2_000;

  private static final List<String> PIECES =
      List.of(
          "stages",
          "default",
          ".",
          "[0]",
          "[",
          "]",
          "=",
          "'",
          "\"",
          " ",
          "\n",
          ":",
          ": ",
          "- ",
          "{",
          "}",
          "commands",
          "files",
          "users",
          "name",
          "after",
          "#cloud-config\n",
          "&a ",
          "*a",
          "<<: *a",
          "null",
          "0644",
          "-1",
          "999999999999",
          "\u0000",
          "\t",
          "é",
          "|",
          "~",
          "true",
          "!!binary ",
          "[999]",
          "[99999]",
          "write_files",
          "permissions",
          "if",
          "layout",
          "x",
          "---\n");

  private static String text(Random random) {
    var text = new StringBuilder();
    int pieces = 1 + random.nextInt(30);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  /** Any failure but a refusal with a reason is a bug. */
  @Test
  void anyTextIsReadOrRefusedWithAReason() {
    Seeds.each(
        USUALLY,
        random -> {
          String text = text(random);
          try {
            StageFile file = StageFile.parse(text, "fuzz");
            assertThat(StageGraph.of("default", List.of(file)).layers()).isNotNull();
          } catch (InvalidConfig refused) {
            assertThat(refused.problems()).as(text).isNotEmpty();
          }
        });
  }

  @Test
  void anyLineInDotsIsADocument(@TempDir Path root) {
    var runner = new Stages(root).runner();
    Seeds.each(
        USUALLY,
        random -> {
          var sources = StageSources.document(text(random)).in(StageSources.Notation.DOTTED);
          assertThat(runner.previewAlone("default", sources).stage()).isEqualTo("default");
        });
  }

  /** Whatever steps come after whatever: each runs once, or is named among those that cannot. */
  @Test
  void noStepIsLostWhateverTheOrder() {
    Seeds.each(
        USUALLY,
        random -> {
          List<StageFile> files = new ArrayList<>();
          int count = 1 + random.nextInt(4);
          int steps = 0;
          for (int f = 0; f < count; f++) {
            List<StageStep> own = new ArrayList<>();
            for (int s = random.nextInt(4); s >= 0; s--) {
              own.add(step(random));
            }
            steps += own.size();
            String label = "f" + random.nextInt(3);
            files.add(
                new StageFile(label, "file" + f, Map.of("default", own), List.of(), List.of()));
          }
          StageGraph graph = StageGraph.of("default", files);
          int planned = graph.layers().stream().mapToInt(List::size).sum();
          int stuck =
              graph.errors().stream()
                  .map(problem -> problem.what().replaceFirst(".*left out: ", ""))
                  .mapToInt(names -> names.split(", ").length)
                  .sum();
          assertThat(planned + stuck).isEqualTo(steps);
        });
  }

  /** Of few names, so that many mean the same. */
  private static StageStep step(Random random) {
    List<String> after =
        random.nextBoolean()
            ? List.of("f" + random.nextInt(3) + ".s" + random.nextInt(3))
            : List.of();
    String name = "s" + random.nextInt(3);
    return new StageStep(name, after, List.of(), List.of(), Position.ofSource("drawn"));
  }

  @Test
  void aBombOfAliasesAndADeepNestAreRefused() {
    var bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
    }
    for (String text : List.of(bomb.toString(), "stages: " + "[".repeat(100_000))) {
      try {
        assertThat(StageFile.parse(text, "bomb").stages()).isEmpty();
      } catch (InvalidConfig refused) {
        assertThat(refused.problems()).isNotEmpty();
      }
    }
  }
}
