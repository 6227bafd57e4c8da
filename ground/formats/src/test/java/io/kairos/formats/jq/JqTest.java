package io.kairos.formats.jq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JqTest {
  private static final Object DOCUMENT = Json.parse("document.json", resource("document.json"));

  /** What gojq can and we do not: changing documents; and the one query where we know better. */
  private static final Set<String> OURS =
      Set.of(
          ".k3s-agent", // a name here, a subtraction there
          ".k3s.env | with_entries(.value |= .)",
          ".[] |= 1",
          ".a = 1",
          "[splits(\",\")]");

  private static String resource(String name) {
    try (var in = JqTest.class.getResourceAsStream("/jq/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Written by gojq, which upstream asks: a query, and its results as JSON or {@code error}. */
  static Stream<String[]> vectors() {
    return resource("results.tsv")
        .lines()
        .map(line -> line.split("\t", 2))
        .filter(vector -> !OURS.contains(vector[0]));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void queriesAnswerAsGojqAnswers(String query, String expected) {
    String found;
    try {
      found = QueryValues.json(Jq.parse(query).run(DOCUMENT));
    } catch (InvalidConfig e) {
      found = "error";
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "k3s-agent.enabled~true",
        ".k3s-agent.enabled~true",
        "['k3s-agent'].enabled~error",
        "[\"k3s-agent\"].enabled~true",
        "a - b~error",
        "n - 1~4",
        "''~{\"k3s-agent\":{\"enabled\":true},\"n\":5}",
      })
  void aPathMayLeaveOutItsDotAndHoldDashes(String query, String expected) {
    var document = Map.of("k3s-agent", Map.of("enabled", true), "n", 5);
    String found;
    try {
      found = QueryValues.json(Jq.ofPath(query).run(document).getFirst());
    } catch (InvalidConfig e) {
      found = "error";
    }
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '§',
      value = {
        ".a |= 1~'|=' would change the document",
        "lenght~function not defined: lenght/0",
        "lenght~did you mean 'length'?",
        ".a[~is wrong at character 4",
        "\"abc~this text never ends",
        ".n.x~expected an object but got: number (5), so it has no 'x'",
        ".[0]~expected an array but got: object",
        ".n[]~cannot iterate over: number (5)",
        "[range(1e9)]~more than 1000000 numbers",
        "recurse(.)~does not end",
        "$x~variable not defined: $x",
      })
  void aQueryThatCannotBeAnsweredSaysWhy(String query, String message) {
    assertThatThrownBy(() -> Jq.parse(query).run(Map.of("n", 5)))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatIsLazyIsComputedOnlyWhenAskedFor() {
    var asked = new AtomicInteger();
    Supplier<Object> slow =
        () -> {
          asked.incrementAndGet();
          return Map.of("x", 1);
        };
    Map<String, Object> document = Map.of("slow", slow, "a", 1);
    assertThat(Jq.parse(".a").run(document)).containsExactly(1L);
    assertThat(asked).hasValue(0);
    assertThat(Jq.parse(".slow.x").run(document)).containsExactly(1L);
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(() -> Jq.parse("[".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse("(".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse("if ".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse(".a | ".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse("{a:".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse("1//".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse(".a".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse("1,".repeat(100_000))).isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Jq.parse("1+".repeat(100_000) + "1").run(null))
        .isInstanceOf(InvalidConfig.class);
  }

  /** A failure names its seed. */
  @Test
  void noTextDoesMoreHarmThanAnInvalidConfig() {
    List<String> pieces =
        Arrays.asList(
            (".a . .. [ ] [0] [] { } ( ) | , // == and or \"x\" \" \\( $x as if then else end ? : ;"
                    + " map( select( keys length 1 - 2.5 null @json limit( reduce add first")
                .split(" "));
    for (int seed = 0; seed < 3000; seed++) {
      var random = new java.util.Random(seed);
      var query = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        query.append(pieces.get(random.nextInt(pieces.size()))).append(i % 3 == 0 ? " " : "");
      }
      try {
        assertThat(Jq.parse(query.toString()).run(DOCUMENT)).as("seed %d", seed).isNotNull();
      } catch (InvalidConfig expected) {
        assertThat(expected.problems()).as("seed %d", seed).isNotEmpty();
      }
    }
  }
}
