package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import io.kairos.formats.cmdline.ShellWords;
import io.kairos.formats.gotemplate.GoTemplate;
import io.kairos.formats.jq.Jq;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.formats.yaml.YamlNode;
import io.kairos.host.FileTree;
import io.kairos.testkit.Seeds;
import io.kairos.testkit.host.MemoryFolder;
import io.kairos.testkit.host.ScratchHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for any input, also for one that somebody made to do harm. */
class DrawnCasesTest {
  private static final int USUALLY = 2_000;

  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "yes",
          "0644",
          "1.5",
          "null",
          "~",
          " x ",
          "a: b",
          "a #b",
          "- x",
          "x\ny\n",
          "\n",
          "\tx",
          "é😀",
          "\u0085",
          "'",
          "\"",
          "{}",
          "[",
          "12:30",
          "2001-12-14",
          "<<",
          "%x",
          "\\",
          "x".repeat(200),
          "a\r\nb",
          "  lead\nx",
          "0x10",
          "@x",
          "`x`",
          "...",
          "---");

  private static String pieces(Random random, int most, String... from) {
    var text = new StringBuilder();
    for (int i = random.nextInt(most); i > 0; i--) {
      text.append(from[random.nextInt(from.length)]);
    }
    return text.toString();
  }

  private static Object drawn(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> TEXTS.get(random.nextInt(TEXTS.size()));
      case 1 -> random.nextLong();
      case 2 -> random.nextBoolean();
      case 3 -> null;
      case 4 -> random.nextInt(1000) + 0.5;
      case 5 -> TEXTS.get(random.nextInt(TEXTS.size())) + TEXTS.get(random.nextInt(TEXTS.size()));
      case 6 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(drawn(random, depth - 1));
        }
        yield list;
      }
      default -> drawnMap(random, depth - 1);
    };
  }

  private static Map<String, Object> drawnMap(Random random, int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      map.put(TEXTS.get(random.nextInt(TEXTS.size())), drawn(random, depth));
    }
    return map;
  }

  private static YamlMap document(Random random) {
    return (YamlMap) YamlNode.of(drawnMap(random, 3));
  }

  @Test
  void whatIsEmittedReadsBackTheSame() {
    Seeds.each(
        USUALLY,
        random -> {
          YamlMap map = document(random);
          String text = Yaml.emit(map);
          YamlNode back = Yaml.parse(text, "emitted");
          assertThat(back.sameAs(map)).as(text).isTrue();
          assertThat(Yaml.emit(back)).isEqualTo(text);
        });
  }

  /** Nothing is neutral on both sides; a document over itself adds no key; keys are never lost. */
  @Test
  void mergingObeysItsLaws() {
    Seeds.each(
        USUALLY,
        random -> {
          YamlMap a = document(random);
          YamlMap b = document(random);
          YamlMap nothing = YamlMap.empty(a.position());
          assertThat(Merge.maps(nothing, a).value()).isEqualTo(a.value());
          assertThat(Merge.maps(a, nothing).value()).isEqualTo(a.value());
          try {
            YamlMap both = Merge.maps(a, b);
            assertThat(both.keys()).containsAll(a.keys()).containsAll(b.keys());
            b.entries()
                .forEach(
                    entry -> {
                      if (a.get(entry.key()).isEmpty()) {
                        assertThat(both.get(entry.key()).orElseThrow().sameAs(entry.value()))
                            .isTrue();
                      }
                    });
            assertThat(Merge.maps(a, a).keys()).isEqualTo(a.keys());
          } catch (InvalidConfig kinds) {
            assertThat(kinds).hasMessageContaining("cannot merge");
          }
        });
  }

  @Test
  void quotedWordsSplitIntoThemselves() {
    Seeds.each(
        USUALLY,
        random -> {
          List<String> words = new ArrayList<>();
          for (int i = random.nextInt(6); i > 0; i--) {
            words.add(pieces(random, 8, "a", " ", "\"", "\\", "#", "=", "é", "\n", "$", "[0]"));
          }
          String line =
              words.stream()
                  .map(word -> "'" + word.replace("'", "'\\''") + "'")
                  .collect(Collectors.joining(" "));
          assertThat(ShellWords.split(line)).isEqualTo(new ShellWords(words, true));
        });
  }

  @Test
  void noCommandLineBreaksTheParser() {
    Seeds.each(
        USUALLY,
        random -> {
          String line =
              pieces(
                  random,
                  20,
                  "kairos.config=",
                  "cos.setup=",
                  "install.",
                  "stages",
                  "a",
                  "=",
                  ".",
                  "[0]",
                  "[",
                  "]",
                  "\"",
                  "'",
                  "\\",
                  " ",
                  "#",
                  "9",
                  "\n",
                  "-",
                  "é",
                  "kairos.config_url=",
                  "users.0.name",
                  "options",
                  "debug");
          assertThat(CommandLineConfig.parse(line).config()).isNotNull();
          assertThat(CommandLineConfig.stages(line).config()).isNotNull();
          assertThat(CommandLineConfig.configUrl(line)).isNotNull();
        });
  }

  @Test
  void noTemplateDoesMoreHarmThanAnInvalidConfig() {
    Map<String, Object> data =
        Map.of("a", "x", "l", List.of(1, "b"), "m", Map.of("k", 2.5), "n", 7, "e", "");
    Seeds.each(
        USUALLY,
        random -> {
          String text =
              pieces(
                  random,
                  14,
                  "{{",
                  "}}",
                  "{{ .a }}",
                  "{{- ",
                  " -}}",
                  "if ",
                  "else",
                  "end",
                  "range ",
                  "with ",
                  ".l",
                  ".m.k",
                  ".n",
                  "$x := ",
                  "$x",
                  "|",
                  "(",
                  ")",
                  "\"q\"",
                  "`r`",
                  "'c'",
                  "1",
                  "2.5",
                  "-1",
                  " ",
                  "\n",
                  "printf \"%05d\" ",
                  "index .l 0",
                  "upper",
                  "trunc 1",
                  "repeat 3 ",
                  "substr 0 2 ",
                  "dict \"a\" 1",
                  "list 1 2",
                  "first",
                  "add 1",
                  "div 1",
                  "until 3",
                  "regexMatch \"(a+)+\" ",
                  "toJson",
                  "date \"2006\" ",
                  "wrap 3 ",
                  "semverCompare \">1\" ",
                  "slice .l ",
                  "{{/*",
                  "*/}}",
                  "define \"t\"",
                  "template \"t\"",
                  "break",
                  "continue",
                  "nil",
                  "true",
                  ".",
                  "split \",\" \"a,b\"",
                  "round 1.5 ",
                  "abbrev 5 ",
                  "seq 1 ",
                  "b32dec ",
                  "untilStep 0 9 2",
                  "dig \"k\" 0 ");
          try {
            assertThat(GoTemplate.parse(text).render(data, GoTemplate.MissingKey.NO_VALUE))
                .isNotNull();
          } catch (InvalidConfig expected) {
            assertThat(expected.problems()).isNotEmpty();
          }
        });
  }

  @Test
  void noQueryDoesMoreHarmThanAnInvalidConfig() {
    Seeds.each(
        USUALLY,
        random -> {
          String query =
              pieces(
                  random,
                  12,
                  ".a",
                  ".",
                  "..",
                  "[",
                  "]",
                  "[0]",
                  "[]",
                  "{",
                  "}",
                  "(",
                  ")",
                  "|",
                  ",",
                  "//",
                  "==",
                  " and ",
                  " or ",
                  "\"x\"",
                  "\\(",
                  "$x",
                  " as ",
                  "if ",
                  " then ",
                  " else ",
                  " end",
                  "?",
                  ":",
                  ";",
                  "map(",
                  "select(",
                  "keys",
                  "length",
                  "1",
                  " - ",
                  "2.5",
                  "null",
                  "@json",
                  "limit(",
                  "reduce ",
                  "add",
                  "first",
                  "test(\"a\")",
                  " * ",
                  "range(",
                  "to_entries",
                  "join(",
                  "sort",
                  "..|",
                  "tojson",
                  "@sh",
                  "del(.a)");
          try {
            assertThat(Jq.parse(query).run(document(random).value())).isNotNull();
          } catch (InvalidConfig expected) {
            assertThat(expected.problems()).isNotEmpty();
          }
        });
  }

  @Test
  void noDocumentBreaksTheValidation() {
    List<Setting> settings = Setting.declaredBy(AgentConfig::read);
    Seeds.each(
        USUALLY / 2,
        random -> {
          Map<String, Object> map = drawnMap(random, 1);
          for (int i = 0; i < 4; i++) {
            Setting setting = settings.get(random.nextInt(settings.size()));
            Object value = drawn(random, 2);
            if (!setting.children().isEmpty() && random.nextBoolean()) {
              Map<String, Object> inner = drawnMap(random, 1);
              Setting child = setting.children().get(random.nextInt(setting.children().size()));
              inner.put(child.key(), drawn(random, 2));
              value = random.nextBoolean() ? inner : List.of(inner);
            }
            map.put(setting.key(), value);
          }
          var config = new Config((YamlMap) YamlNode.of(map), List.of(), List.of(), List.of());
          assertThat(Validation.of(config).errors()).isNotNull();
          assertThat(config.agent()).isNotNull();
        });
  }

  /** Whatever a line in dots says: it is a tree of bounded size, and words keep their values. */
  @Test
  void noLineInDotsBreaksTheParser() {
    Seeds.each(
        USUALLY,
        random -> {
          String line =
              pieces(
                  random,
                  30,
                  "a",
                  "b",
                  ".",
                  "[0]",
                  "[999]",
                  "[1000]",
                  "[",
                  "]",
                  "=",
                  " ",
                  "'",
                  "\"",
                  "0",
                  "-1",
                  "é",
                  "\n",
                  "a.b.c=",
                  "stages.x[1].commands[0]=",
                  "#",
                  "{}",
                  "null",
                  "..");
          assertThat(CommandLineConfig.dotted(line, "line").config().keys()).doesNotContain("");
          String key = "k" + pieces(random, 4, ".a", ".b", "[0]", "[3]", ".7");
          String value = pieces(random, 5, "a", "/", "=", ":", "%", "-");
          Config config =
              new Config(
                  CommandLineConfig.dotted(key + "=x" + value, "line").config(),
                  List.of(),
                  List.of(),
                  List.of());
          assertThat(config.find(key).orElseThrow().value()).isEqualTo("x" + value);
        });
  }

  /** Whatever lies in a folder: it is merged, or a problem with its file. */
  @Test
  void noFolderBreaksTheCollector() throws IOException {
    try (var memory = MemoryFolder.open()) {
      Seeds.each(
          200,
          random -> {
            Path folder = Files.createTempDirectory(memory.path(), "case");
            var host = new ScratchHost(folder);
            for (int i = random.nextInt(4); i >= 0; i--) {
              String name = pieces(random, 3, "a", "b", "/", ".yaml", "é", " ") + i + ".yaml";
              String header = random.nextInt(4) == 0 ? "" : "#cloud-config\n";
              host.with("/oem/" + name, header + fragment(random));
            }
            Config config =
                new Collector(host, new FakeWeb(), new ConfigUrl(host)::render)
                    .directories(List.of("/oem"))
                    .reader(fragment(random))
                    .commandLine(fragment(random))
                    .overwrites(fragment(random))
                    .collect();
            YamlMap merged = config.merged();
            assertThat(Yaml.parse(Yaml.emit(merged), "x").sameAs(merged)).isTrue();
            assertThat(config.failures())
                .allSatisfy(problem -> assertThat(problem.what()).isNotBlank());
            FileTree.delete(folder);
          });
    }
  }

  private static String fragment(Random random) {
    return pieces(
        random,
        12,
        "a",
        "name",
        ": ",
        ":",
        "\n",
        "\n  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "config_url: http://e/1\n",
        "config_url: 'http://e/{{ .Values.nope }}'\n",
        "install: {auto: true}\n",
        "install:\n",
        "kairos.config=install.auto=maybe ",
        "stages:\n- x\n",
        "\u0000",
        "&a ",
        "*a",
        "<<: ",
        "null",
        "\"",
        "0644",
        "é");
  }

  /** Documents that grow beyond all measure are refused before they take the memory. */
  @Test
  @Timeout(60)
  void hostileDocumentsAreBounded() {
    assertThatThrownBy(() -> Yaml.parse("a: " + "[".repeat(1_000_000), "deep"))
        .isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> Yaml.parse("{a: ".repeat(200_000), "deep"))
        .isInstanceOf(InvalidConfig.class);
    var stairs = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      stairs.append(" ".repeat(i)).append("a:\n");
    }
    assertThatThrownBy(() -> Yaml.parse(stairs.toString(), "stairs"))
        .isInstanceOf(InvalidConfig.class);
    var bomb = new StringBuilder("a: &a {x: 1, y: 2}\n");
    for (char c = 'b'; c <= 'z'; c++) {
      bomb.append(c).append(": &").append(c).append(" {<<: *").append((char) (c - 1));
      bomb.append(", l").append(c).append(": *").append((char) (c - 1)).append("}\n");
    }
    assertThatThrownBy(() -> Yaml.parse(bomb.toString(), "bomb")).hasMessageContaining("aliases");
    assertThat(((YamlMap) Yaml.parse("a: '" + "x".repeat(500_000) + "'", "large")).text("a"))
        .hasValueSatisfying(text -> assertThat(text).hasSize(500_000));
    assertThat(CommandLineConfig.dotted("a.".repeat(1000) + "a=1", "deep").config().keys())
        .isEmpty();
    assertThat(CommandLineConfig.dotted("x".repeat(1_000_000) + "=1", "long").warnings())
        .singleElement()
        .asString()
        .contains("longer than");
    var gaps = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      gaps.append('k').append(i).append("[999]=1 ");
    }
    assertThat(CommandLineConfig.dotted(gaps.toString(), "gaps").warnings())
        .hasSizeGreaterThan(9_000)
        .last()
        .asString()
        .contains("gaps");
    assertThatThrownBy(() -> GoTemplate.parse("{{ if true }}".repeat(50_000)))
        .isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(() -> GoTemplate.parse("{{ " + "(".repeat(100_000)))
        .isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(
            () ->
                GoTemplate.parse(
                        "{{ $x := \"aaaaaaaaaa\" }}{{ range until 40 }}{{ $x = print $x $x }}"
                            + "{{ end }}{{ len $x }}")
                    .render(Map.of(), GoTemplate.MissingKey.NO_VALUE))
        .isInstanceOf(InvalidConfig.class);
    assertThatThrownBy(
            () ->
                GoTemplate.parse(
                        "{{ regexMatch \""
                            + "(.*)".repeat(10)
                            + "Z\" \""
                            + "a".repeat(99)
                            + "\" }}")
                    .render(Map.of(), GoTemplate.MissingKey.NO_VALUE))
        .hasMessageContaining("too long");
    assertThatThrownBy(
            () ->
                GoTemplate.parse("{{ range until 99999 }}{{ range until 99999 }}{{ end }}{{ end }}")
                    .render(Map.of(), GoTemplate.MissingKey.NO_VALUE))
        .isInstanceOf(InvalidConfig.class);
  }
}
