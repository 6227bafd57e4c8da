package io.kairos.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SemanticVersionTest {
  @Test
  void everyLineOfTheTableIsLowerThanTheNext() throws IOException {
    List<List<String>> table = table();
    for (int i = 0; i < table.size(); i++) {
      for (int j = 0; j < table.size(); j++) {
        for (String one : table.get(i)) {
          for (String other : table.get(j)) {
            assertThat(Integer.signum(SemanticVersion.compare(one, other)))
                .as("%s beside %s", one, other)
                .isEqualTo(Integer.compare(i, j));
          }
        }
      }
    }
  }

  @Test
  void onlyTheFirstLineIsNoVersion() throws IOException {
    List<List<String>> table = table();
    assertThat(table.getFirst()).allMatch(text -> SemanticVersion.parse(text).isEmpty());
    assertThat(table.subList(1, table.size()).stream().flatMap(List::stream))
        .allMatch(text -> SemanticVersion.parse(text).isPresent());
  }

  private static List<List<String>> table() throws IOException {
    try (var in = SemanticVersionTest.class.getResourceAsStream("versions.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> List.of(line.split(" ")))
          .toList();
    }
  }
}
