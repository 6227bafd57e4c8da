package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstream's assertions 137 and 142 (reference/kubernetes-apis.md, 6). */
class BuildDefinitionTest {
  private static String rendered(String source, Map<String, String> inline) {
    return BuildDefinition.rendered(source, Map.of(), inline);
  }

  @Test
  void aTextWithoutDirectivesStaysAsItIs() {
    assertThat(rendered("FROM a\nRUN echo } {\n", Map.of())).isEqualTo("FROM a\nRUN echo } {\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{{ .Missing }}]", "[{{ index . \"Missing\" }}]"})
  void whatHasNoValueIsEmpty(String source) {
    assertThat(rendered(source, Map.of("A", "1"))).isEqualTo("[]");
  }

  @Test
  void valuesOfTheSpecComeBeforeThoseOfTheSecret() {
    assertThat(
            BuildDefinition.rendered(
                "{{ .A }}{{ .B }}", Map.of("A", "secret", "B", "secret"), Map.of("A", "inline-")))
        .isEqualTo("inline-secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{ if .A }}yes{{ else }}no{{ end }} | yes",
        "{{ if .C }}yes{{ else if eq .A \"1\" }}one{{ else }}no{{ end }} | one",
        "{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }} | A=1;B=2;",
        "{{ with .B }}<{{ . }}>{{ end }} | <2>",
        "{{- /* a remark */ -}} {{ printf \"%s-%s\" .A (print .B) }} | 1-2",
        "{{ len .A }}{{ and .A .B }}{{ not .C }} | 12true"
      })
  void conditionsLoopsAndPipelinesWork(String source, String expected) {
    assertThat(rendered(source, Map.of("A", "1", "B", "2")).strip()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ define \"x\" }}{{ end }}",
        "{{- template \"x\" }}",
        "{{block \"x\" .}}{{end}}"
      })
  void templatesOfTemplatesAreForbidden(String source) {
    assertThatThrownBy(() -> rendered(source, Map.of()))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("forbidden");
  }

  @Test
  void whatIsNoTemplateIsAnError() {
    assertThatThrownBy(() -> rendered("{{ if }", Map.of()))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("failed to parse");
    assertThatThrownBy(() -> rendered("{{ index .A 9 }}", Map.of("A", "1")))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("failed to render");
  }

  @Test
  void withoutBuildOptionsTheUsersPartIsAll() {
    assertThat(BuildDefinition.assembled(Optional.of("FROM a\n"), false)).isEqualTo("FROM a\n");
  }

  @Test
  void withBuildOptionsTheUsersPartIsBetweenOurs() {
    String whole = BuildDefinition.assembled(Optional.of("RUN mine"), true);
    assertThat(whole)
        .startsWith("ARG BASE_IMAGE\n")
        .containsSubsequence(
            "FROM ${BASE_IMAGE} AS base-kairos",
            "ARG FIPS=no-fips\n\nRUN mine\nCOPY --from=kairos-init",
            "/kairos-init -l debug -s install",
            "/kairos-init -l debug -s init");
    assertThat(BuildDefinition.assembled(Optional.empty(), true))
        .contains("ARG FIPS=no-fips\n\nCOPY --from=kairos-init");
  }
}
