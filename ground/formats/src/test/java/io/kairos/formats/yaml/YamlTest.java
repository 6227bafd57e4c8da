package io.kairos.formats.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class YamlTest {
  /** Written by gopkg.in/yaml.v3 3.0.1: input and result, both as JSON texts. */
  record Vector(String input, String expected) {}

  static List<Vector> vectors(String name) {
    try (var in = YamlTest.class.getResourceAsStream("/yaml/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t"))
          .map(line -> new Vector(unquoted(line[0]), unquoted(line[1])))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JSON is YAML: the quoted scalar reads it. */
  private static String unquoted(String json) {
    return (String) Yaml.parse(json, "vector").value();
  }

  static Stream<Vector> scalars() {
    return vectors("scalars.tsv").stream();
  }

  static Stream<Vector> emitted() {
    return vectors("emitted.tsv").stream();
  }

  static Stream<Vector> documents() {
    return vectors("documents.tsv").stream();
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void scalarsResolveAsGoResolvesThem(Vector vector) {
    String found;
    try {
      var scalar = (YamlScalar) map("k: " + vector.input + "\n").get("k").orElseThrow();
      found =
          switch (scalar.kind()) {
            case NULL -> "null";
            case BOOL -> "bool " + scalar.value();
            case INTEGER -> "integer " + scalar.value();
            case FLOAT -> "float";
            case TIMESTAMP -> "timestamp";
            case TEXT -> "text " + scalar.text();
          };
    } catch (InvalidConfig e) {
      found = "error";
    }
    assertThat(found).isEqualTo(vector.expected.startsWith("float ") ? "float" : vector.expected);
  }

  @ParameterizedTest
  @MethodSource("emitted")
  void textsAreQuotedAsGoQuotesThemAndReadBackTheSame(Vector vector) {
    YamlNode node = YamlNode.of(Map.of("k", vector.input));
    String text = Yaml.emit(node);
    assertThat(Yaml.parse(text, "emitted").sameAs(node)).as(text).isTrue();
    assertThat(text).isEqualTo(vector.expected);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void documentsAreLaidOutAsGoLaysThemOut(Vector vector) {
    YamlNode node = Yaml.parse(vector.input, "document");
    assertThat(Yaml.emit(node)).isEqualTo(vector.expected);
    assertThat(Yaml.parse(vector.expected, "emitted").sameAs(node)).isTrue();
  }

  @Test
  void everyKeyAndValueKnowsItsPlace() {
    var map = map("install:\n  device: /dev/sda\n  auto: true\nlist:\n- a\n");
    var install = map.map("install").orElseThrow();
    assertThat(install.entry("auto").orElseThrow().keyPosition())
        .hasToString("/oem/90_custom.yaml:3:3");
    assertThat(install.get("auto").orElseThrow().position()).hasToString("/oem/90_custom.yaml:3:9");
    assertThat(map.list("list").getFirst().position()).hasToString("/oem/90_custom.yaml:5:3");
  }

  @Test
  void aTextKeepsItsSpellingWhereATextIsWanted() {
    var map = map("a: 0644\nb: 1.50\nc: true\nd:\ne: ~\n");
    assertThat(List.of("a", "b", "c"))
        .extracting(key -> map.text(key).orElseThrow())
        .containsExactly("0644", "1.50", "true");
    assertThat(((YamlScalar) map.get("d").orElseThrow()).asText()).isEmpty();
    assertThat(map.text("e")).isEmpty();
  }

  @Test
  void oldBooleansAreTextUnlessABooleanIsWanted() {
    var map = map("a: yes\nb: 'off'\nc: \"true\"\n");
    assertThat(map.get("a").orElseThrow().value()).isEqualTo("yes");
    assertThat(scalar(map, "a").asFlag()).contains(true);
    assertThat(scalar(map, "b").asFlag()).contains(false);
    assertThat(scalar(map, "c").asFlag()).isEmpty();
  }

  @Test
  void integersAreReadFromOctalAndWholeFloatsButNotFromQuotes() {
    var map = map("a: 0644\nb: 10.0\nc: \"0644\"\nd: 10.5\n");
    assertThat(scalar(map, "a").asInteger()).hasValue(420);
    assertThat(scalar(map, "b").asInteger()).hasValue(10);
    assertThat(scalar(map, "c").asInteger()).isEmpty();
    assertThat(scalar(map, "d").asInteger()).isEmpty();
  }

  @Test
  void aKeyThatStandsTwiceIsAnErrorAtTheSecondPlace() {
    assertThatThrownBy(() -> map("a: 1\nb: 2\na: 3\n"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("/oem/90_custom.yaml:3:1: 'a' stands here twice, first on line 1");
  }

  @Test
  void brokenYamlNamesLineAndColumn() {
    assertThatThrownBy(() -> map("a: 1\nb: [\n"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith("/oem/90_custom.yaml:3:1: not valid YAML: ");
  }

  @Test
  void onlyTheFirstDocumentCounts() {
    assertThat(map("a: 1\n---\na: 2\n: : :\n").value()).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void aByteOrderMarkIsNoContent() {
    assertThat(map("\uFEFFa: 1\n").value()).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void aliasesCannotBlowUp() {
    var bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'l'; c++) {
      char previous = (char) (c - 1);
      bomb.append(c).append(": &").append(c).append(" [");
      bomb.append(("*" + previous + ",").repeat(9)).append('*').append(previous).append("]\n");
    }
    assertThatThrownBy(() -> map(bomb.toString())).hasMessageContaining("aliases");
  }

  @Test
  void anAliasInsideItselfIsRefused() {
    assertThatThrownBy(() -> map("a: &a [*a]\n")).hasMessageContaining("contains itself");
  }

  @Test
  void deepNestingIsRefusedInsteadOfOverflowingTheStack() {
    assertThatThrownBy(() -> map("a: " + "[".repeat(5000))).isInstanceOf(InvalidConfig.class);
  }

  @Test
  void aLiteralThatBeginsBlankReadsBackInsideListsToo() {
    YamlNode node = YamlNode.of(List.of(Map.of("content", "\n  x\n", "list", List.of(" a\nb"))));
    assertThat(Yaml.parse(Yaml.emit(node), "emitted").sameAs(node)).isTrue();
  }

  private static YamlScalar scalar(YamlMap map, String key) {
    return (YamlScalar) map.get(key).orElseThrow();
  }

  private static YamlMap map(String text) {
    return (YamlMap) Yaml.parse(text, "/oem/90_custom.yaml");
  }

  @Test
  void aNodeFromJavaValuesNamesItsOrigin() {
    assertThat(YamlNode.of(Map.of("a", 1), Position.ofSource("flags")).position())
        .hasToString("flags");
  }

  /** A failure names its seed. */
  @Test
  void noTextDoesMoreHarmThanAnInvalidConfig() {
    String alphabet = "ab1: -[]{}&*!|>'\"%@#?,\n\n  \t~<.\\\u0085\u0000é";
    for (int seed = 0; seed < 3000; seed++) {
      var random = new java.util.Random(seed);
      var text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        YamlNode node = Yaml.parse(text.toString(), "fuzz");
        assertThat(Yaml.parse(Yaml.emit(node), "emitted").sameAs(node))
            .as("seed %d", seed)
            .isTrue();
      } catch (InvalidConfig expected) {
        assertThat(expected.problems()).as("seed %d", seed).isNotEmpty();
      }
    }
  }
}
