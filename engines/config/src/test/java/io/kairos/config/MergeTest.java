package io.kairos.config;

import static io.kairos.config.Merging.map;
import static io.kairos.config.Merging.merged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{name: Mario}~{surname: Bros}~{name: Mario, surname: Bros}",
        "{name: Mario}~{name: Luigi}~{name: Luigi}",
        "{i: {a: 1}}~{i: {b: 2}}~{i: {a: 1, b: 2}}",
        "{l: [one, three]}~{l: [two, 4]}~{l: [one, three, two, 4]}",
        "{l: [a, b]}~{l: [b, c, c]}~{l: [a, b, c]}",
        "{l: [a, a]}~{l: [a]}~{l: [a, a]}",
        "{l: []}~{l: [two, 4]}~{l: [two, 4]}",
        "{l: [{a: 1}]}~{l: [{a: 1}]}~{l: [{a: 1}, {a: 1}]}",
        "{l: [x, {a: 1}]}~{l: [{a: 1}, {b: 1}]}~{l: [x, {a: 1}, {b: 1}]}",
        "{}~{foo: bar}~{foo: bar}",
        "{s: a, i: 5, b: true, f: 1.5}~{s: , i: , b: , f: }~{s: '', i: 0, b: false, f: 0.0}",
        "{l: [1, 2], m: {a: 1}}~{l: , m: }~{l: [], m: {}}",
        "{n: }~{n: }~{n: }",
        "{n: }~{n: {a: 1}}~{n: {a: 1}}",
      })
  void documentsAreLaidOverEachOther(String base, String over, String result) {
    assertThat(merged(base, over)).isEqualTo(map(result).value());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{x: {a: 1}}~{x: [a]}~cannot merge a list into 'x', which is a map",
        "{x: [a]}~{x: {a: 1}}~cannot merge a map into 'x', which is a list",
        "{x: true}~{x: 'true'}~cannot merge the text",
        "{x: 1}~{x: a}~cannot merge the text",
      })
  void differentKindsDoNotMerge(String base, String over, String message) {
    assertThatThrownBy(() -> merged(base, over)).hasMessageContaining(message);
  }

  /** A failure names its seed. */
  @Test
  void mergingIsTotalForOneKindAndKeepsEveryKey() {
    for (int seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      YamlMap a = (YamlMap) YamlNode.of(drawnMap(random, 3));
      YamlMap b = (YamlMap) YamlNode.of(drawnMap(random, 3));
      YamlMap both = Merge.maps(a, b);
      assertThat(both.keys()).as("seed %d", seed).containsAll(a.keys()).containsAll(b.keys());
      assertThat(Merge.maps(YamlMap.empty(a.position()), b).value())
          .as("seed %d: nothing is neutral", seed)
          .isEqualTo(b.value());
      assertThat(Yaml.parse(Yaml.emit(both), "emitted").sameAs(both)).as("seed %d", seed).isTrue();
    }
  }

  /** The first letter of a key tells its kind, so that any two maps merge. */
  private static Map<String, Object> drawnMap(Random random, int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      String name = "" + random.nextInt(4);
      switch (random.nextInt(depth > 0 ? 6 : 4)) {
        case 0 ->
            map.put(
                "s" + name, List.of("a b", "yes", "", "x\ny\n", " z", "1").get(random.nextInt(6)));
        case 1 -> map.put("i" + name, random.nextInt(100));
        case 2 -> map.put("b" + name, random.nextBoolean());
        case 3 -> map.put("l" + name, drawnList(random));
        case 4 -> map.put("m" + name, drawnMap(random, depth - 1));
        default -> map.put("n" + name, null);
      }
    }
    return map;
  }

  private static List<Object> drawnList(Random random) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add("e" + random.nextInt(3));
    }
    return list;
  }
}
