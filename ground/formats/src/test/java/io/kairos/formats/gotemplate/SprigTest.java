package io.kairos.formats.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SprigTest {
  /** Beginnings of templates that Go answers otherwise, each with the reason. */
  private static final Map<String, String> OURS =
      Map.ofEntries(
          Map.entry("{{ typeOf .name }}", "one kind of whole number, one kind of list"),
          Map.entry("{{ kindOf .name }} {{ kindOf .count", "one kind of whole number"),
          Map.entry("{{ regexMatch \"(?!a)b\"", "lookahead works"),
          Map.entry("{{ duration 95", "a number is a duration too"),
          Map.entry("{{ derivePassword", "not there: scrypt"),
          Map.entry("{{ htpasswd", "not there: bcrypt"),
          Map.entry("{{ encryptAES", "not there: keys belong into files of their own"),
          Map.entry("{{ genPrivateKey", "not there: keys belong into files of their own"),
          Map.entry("{{ required", "is there in every context"));

  private static final Map<String, Object> DATA = data();

  private static Map<String, Object> data() {
    Map<String, Object> data = new HashMap<>();
    data.put("name", "kairos");
    data.put("on", true);
    data.put("off", false);
    data.put("count", 3);
    data.put("half", 0.5);
    data.put("memory", 16384000.0);
    data.put("empty", "");
    data.put("zero", 0);
    data.put("list", List.of("a", "b", "c"));
    data.put("nums", List.of(3, 1, 2));
    data.put("none", null);
    data.put("elist", List.of());
    data.put("map", Map.of("x", 1, "y", Map.of("z", "deep")));
    data.put("floats", Arrays.asList(1.5, 2.0));
    data.put("multi", "one\ntwo\n");
    data.put("uni", "é😀x");
    data.put("sentence", "the quick  brown fox");
    return data;
  }

  /** Written by text/template with sprig: a template, and what it renders to, as JSON texts. */
  static Stream<String[]> vectors() {
    try (var in = SprigTest.class.getResourceAsStream("/gotemplate/results.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", 2))
          .map(pair -> new String[] {text(pair[0]), text(pair[1])})
          .filter(vector -> OURS.keySet().stream().noneMatch(vector[0]::startsWith));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String json) {
    return json.startsWith("\"") ? (String) Json.parse("vector", json) : json;
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void templatesRenderAsGoRendersThem(String template, String expected) {
    String found;
    try {
      found = GoTemplate.parse(template).render(DATA, GoTemplate.MissingKey.NO_VALUE);
    } catch (InvalidConfig e) {
      found = e.getMessage().startsWith("parse: ") ? "parse error" : "execute error";
    }
    assertThat(found).isEqualTo(expected);
  }
}
