package io.kairos.peers.yip;

import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlScalar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that both engines are given.
 *
 * @param files of the scratch system, besides what every one has
 * @param links of the scratch system and where they lead
 * @param words of the command line
 * @param differences aspects in which they are meant to differ: {@code exit}, {@code graph}, or a
 *     path; every other aspect has to be the same
 * @param because words of the row in docs/compatibility.md that gives the reason
 */
record PeerCase(
    String name,
    Map<String, String> files,
    Map<String, String> links,
    List<String> words,
    String stdin,
    List<String> differences,
    Optional<String> because) {

  static List<PeerCase> all() {
    String text = read(Path.of("src/test/resources/io/kairos/peers/yip/cases.yaml"));
    List<PeerCase> cases = new ArrayList<>();
    for (YamlMap.Entry entry : ((YamlMap) Yaml.parse(text, "cases.yaml")).entries()) {
      cases.add(read(entry.key(), (YamlMap) entry.value()));
    }
    return cases;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PeerCase read(String name, YamlMap map) {
    Map<String, String> files = new LinkedHashMap<>();
    map.map("files")
        .ifPresent(
            all ->
                all.entries()
                    .forEach(
                        entry -> files.put(entry.key(), ((YamlScalar) entry.value()).asText())));
    map.text("step").ifPresent(step -> files.put("/oem/01.yaml", oneStep(step)));
    List<String> words = texts(map, "words");
    return new PeerCase(
        name,
        files,
        textMap(map, "links"),
        words.isEmpty() ? List.of("/oem") : words,
        map.text("stdin").orElse(""),
        texts(map, "differs"),
        map.text("because"));
  }

  private static Map<String, String> textMap(YamlMap map, String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (YamlMap.Entry entry : map.map(key).map(YamlMap::entries).orElse(List.of())) {
      texts.put(entry.key(), ((YamlScalar) entry.value()).asText());
    }
    return texts;
  }

  private static String oneStep(String step) {
    return "stages:\n  default:\n  - " + step.strip().replace("\n", "\n    ") + "\n";
  }

  private static List<String> texts(YamlMap map, String key) {
    return map.list(key).stream().map(node -> ((YamlScalar) node).asText()).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
