package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassListTest {
  @TempDir Path folder;

  private ClassList list(String text) throws IOException {
    return ClassList.read(Files.writeString(folder.resolve("list"), text));
  }

  @Test
  void listsOfTrainingRunsMergeIntoOneWhateverTheirOrder() throws IOException {
    ClassList first = list("# note\nb/B id: 1\n@cp b/B 10 2\n@lambda-proxy b/B run\na/A id: 0\n");
    ClassList second = list("a/A id: 7\n@cp b/B 1 2\n@cp u/U 1\nu/U id: 3\nx source: y\n");
    List<String> merged = ClassList.merged(List.of("c/C"), List.of("u/"), List.of(first, second));
    assertThat(merged)
        .containsExactly("a/A", "b/B", "c/C", "u/U", "@lambda-proxy b/B run", "@cp b/B 1 2 10");
    assertThat(ClassList.merged(List.of("c/C"), List.of("u/"), List.of(second, first)))
        .isEqualTo(merged);
  }

  @Test
  void whatMostRunsTellCounts() throws IOException {
    ClassList usual = list("a/A id: 0\nb/B id: 1\n@cp a/A 1 2\n");
    ClassList other = list("a/A id: 0\nc/C id: 1\n@cp a/A 1 3\n@cp c/C 1\n");
    assertThat(
            ClassList.merged(
                List.of(), List.of(), List.of(ClassList.ofMost(List.of(other, usual, usual)))))
        .containsExactly("a/A", "b/B", "@cp a/A 1 2");
    assertThat(ClassList.ofMost(List.of()).classes()).isEmpty();
  }
}
