package io.kairos.stages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageGraphTest {
  private static StageGraph graph(String... texts) {
    List<StageFile> files = new ArrayList<>();
    for (String text : texts) {
      files.add(StageFile.parse(text, "/oem/" + (files.size() + 1) + ".yaml"));
    }
    return StageGraph.of("foo", files);
  }

  private static String file(String name, String... steps) {
    var text = new StringBuilder(name.isEmpty() ? "" : "name: " + name + "\n");
    text.append("stages:\n  foo:\n");
    for (String step : steps) {
      text.append("  - {").append(step).append("}\n");
    }
    return text.toString();
  }

  @Test
  void unnamedStepsOfAFileRunOneAfterTheOther() {
    assertThat(graph(file("", "", "", "", "")).graph().layers())
        .containsExactly(
            List.of("/oem/1.yaml..0"),
            List.of("/oem/1.yaml..1"),
            List.of("/oem/1.yaml..2"),
            List.of("/oem/1.yaml..3"));
  }

  @Test
  void oneUnnamedStepIsCalledByItsIndex() {
    assertThat(graph(file("", ""), file("A", "name: x")).graph().layers())
        .containsExactly(List.of("/oem/1.yaml.0"), List.of("A.x"));
  }

  @Test
  void stepsThatShareANameGetTheirIndexAndSoDoAllOthers() {
    assertThat(graph(file("A", "name: x", "name: x", "name: y", "")).graph().layers())
        .containsExactly(List.of("A.x.0"), List.of("A.x.1"), List.of("A.y.2"), List.of("A..3"));
  }

  @Test
  void filesWaitForTheLastFileThatTookPart() {
    assertThat(
            graph(file("A", "name: a"), "stages:\n  other: [{}]\n", file("C", "name: c"))
                .graph()
                .layers())
        .containsExactly(List.of("A.a"), List.of("C.c"));
  }

  @Test
  void everyFileOfTheSameNameRuns() {
    assertThat(graph(file("A", ""), file("A", ""), file("A", "")).graph().layers())
        .containsExactly(List.of("A.0"), List.of("A.0.1"), List.of("A.0.2"));
  }

  @Test
  void anUnknownPredecessorIsAWarningAndTheStepRuns() {
    StageGraph graph = graph(file("A", "name: a, after: [{name: nope}]"));
    assertThat(graph.graph().layers()).containsExactly(List.of("A.a"));
    assertThat(graph.warnings())
        .singleElement()
        .asString()
        .contains("/oem/1.yaml:4:5: step 'A.a' comes after 'nope', which is not in this stage");
  }

  @Test
  void stepsThatWaitForEachOtherAreAnErrorAndTheOthersRun() {
    StageGraph graph =
        graph(
            file(
                "A",
                "name: a, after: [{name: A.b}]",
                "name: b, after: [{name: A.a}]",
                "name: c, after: [{name: A.b}]",
                "name: d, after: [{name: init}]",
                "name: e, after: [{name: A.e}]"));
    assertThat(graph.graph().layers()).containsExactly(List.of("A.c", "A.d"));
    assertThat(graph.errors()).singleElement().asString().contains("A.a, A.b, A.e");
  }

  @Test
  void twoNamedFilesWithTwoStepsMakeFourLayers() {
    assertThat(
            graph(file("A", "name: 1", "name: 2"), file("B", "name: 1", "name: 2"))
                .graph()
                .layers())
        .containsExactly(List.of("A.1"), List.of("A.2"), List.of("B.1"), List.of("B.2"));
  }
}
