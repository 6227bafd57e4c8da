package io.kairos.formats.gotemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoTemplateTest {
  private static final Map<String, Object> DATA =
      Map.of(
          "name",
          "kairos",
          "on",
          true,
          "count",
          3,
          "half",
          0.5,
          "memory",
          16384000.0,
          "list",
          List.of("a", "b", "c"),
          "map",
          Map.of("x", 1, "y", Map.of("z", "deep")),
          "empty",
          "");

  static String render(String template) {
    return GoTemplate.parse(template).render(DATA, GoTemplate.MissingKey.NO_VALUE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '§',
      value = {
        "hello {{ .name }}~hello kairos",
        "{{.map.y.z}}~deep",
        "{{ .nope }} {{ .nope.deeper }}~<no value> <no value>",
        "{{ .memory }} {{ .half }} {{ .count }}~1.6384e+07 0.5 3",
        "{{ .list }} {{ .map }}~[a b c] map[x:1 y:map[z:deep]]",
        "{{ if .on }}a{{ else }}b{{ end }}~a",
        "{{ if .empty }}a{{ else if eq .count 3 }}b{{ else }}c{{ end }}~b",
        "{{ range .list }}<{{ . }}>{{ end }}~<a><b><c>",
        "{{ range $i, $e := .list }}{{ $i }}={{ $e }},{{ end }}~0=a,1=b,2=c,",
        "{{ range $k, $v := .map }}{{ $k }},{{ end }}~x,y,",
        "{{ range .nope }}x{{ else }}none{{ end }}~none",
        "{{ range .list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}~a",
        "{{ range .list }}{{ if eq . \"b\" }}{{ continue }}{{ end }}{{ . }}{{ end }}~ac",
        "{{ with .map.y }}{{ .z }} {{ $.name }}{{ end }}~deep kairos",
        "{{ with .nope }}x{{ else }}y{{ end }}~y",
        "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}~2",
        "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" .name }}~[kairos]",
        "a {{- .name -}} b~akairosb",
        "a {{- /* note */ -}} b~ab",
        "{{ \"{{.Names}}\" }}~{{.Names}}",
        "{{ .name | upper | printf \"%s-%d\" }}~§KAIROS-%!d(MISSING)§",
        "{{ printf \"%05d|%-4s|%q|%.1f\" .count \"a\" \"b\" .half }}~00003|a   |\"b\"|0.5",
        "{{ index .list 1 }} {{ index .map \"y\" \"z\" }} {{ len .list }}~b deep 3",
        "{{ and .on .name }} {{ or .empty \"x\" }} {{ not .on }}~kairos x false",
        "{{ if and (eq .count 3) (ne .name \"x\") (lt 1 2) (ge 2 2) }}yes{{ end }}~yes",
        "{{ eq .name \"a\" \"kairos\" }}~true",
        "{{ trunc 3 .name }} {{ trunc -2 .name }}~kai os",
        "{{ default \"d\" .empty }} {{ .name | default \"d\" }}~d kairos",
        "{{ quote .name }} {{ squote 1 }}~\"kairos\" '1'",
        "{{ replace \"k\" \"c\" .name }} {{ .name | trimSuffix \"os\" }}~cairos kair",
        "{{ b64enc \"hi\" }} {{ b64dec \"aGk=\" }}~aGk= hi",
        "{{ join \"-\" .list }} {{ (split \",\" \"a,b\")._1 }} {{ splitList \",\" \"a,b\" }}~a-b-c b [a b]",
        "{{ contains \"air\" .name }} {{ hasPrefix \"k\" .name }}~true true",
        "{{ add 1 2 3 }} {{ div 7 2 }} {{ ternary 1 2 false }}~6 3 2",
        "{{ `raw \\n` }}{{ 'a' }}~raw \\n97",
        "{{ env \"KAIROS_NO_SUCH_VARIABLE\" }}.~.",
        "{{ sha256sum \"\" | trunc 8 }}~e3b0c442",
        "{{ coalesce .empty .nope .name }} {{ list 1 2 | len }}~kairos 2",
      })
  void rendersLikeGo(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ .name~unclosed action",
        "{{ if .on }}x~unexpected EOF",
        "{{ nosuch }}~function \"nosuch\" not defined",
        "{{ $x }}~undefined variable",
        "{{ end }}~unexpected {{end}}",
        "{{ }}~missing value",
        "{{ \"a }}~unterminated",
      })
  void aMalformedTemplateIsAParseError(String template, String message) {
    assertThatThrownBy(() -> GoTemplate.parse(template))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith("parse: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ upper .nope }}~invalid value; expected string",
        "{{ .name.deeper }}~can't evaluate field deeper",
        "{{ required \"serial is needed\" .empty }}~serial is needed",
        "{{ fail \"no\" }}~no",
        "{{ eq .name 1 }}~incompatible types",
        "{{ index .list 9 }}~out of range",
      })
  void aFailingFunctionIsAnExecutionError(String template, String message) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith("execute: ")
        .hasMessageContaining(message);
  }

  @Test
  void aMissingKeyIsAnErrorWhereTheCallerWantsIt() {
    assertThatThrownBy(
            () -> GoTemplate.parse("{{ .nope }}").render(DATA, GoTemplate.MissingKey.ERROR))
        .hasMessageContaining("no entry for key \"nope\"");
  }

  @Test
  void lazyValuesAreComputedOnlyWhenAsked() {
    var asked = new AtomicInteger();
    Supplier<Object> facts =
        () -> {
          asked.incrementAndGet();
          return Map.of("x", "1");
        };
    Map<String, Object> data = Map.of("Values", facts, "a", "b");
    assertThat(GoTemplate.parse("{{ .a }}").render(data, GoTemplate.MissingKey.NO_VALUE))
        .isEqualTo("b");
    assertThat(asked).hasValue(0);
    assertThat(GoTemplate.parse("{{ .Values.x }}").render(data, GoTemplate.MissingKey.NO_VALUE))
        .isEqualTo("1");
  }

  @Test
  void templatesThatIncludeEachOtherEnd() {
    assertThatThrownBy(
            () -> render("{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}"))
        .hasMessageContaining("without end");
  }
}
