package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.base.Problem;
import io.kairos.formats.jq.Jq;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.testkit.host.ScratchHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProviderSchemasTest {
  private static final String MICROK8S =
      """
      properties:
        microk8s:
          type: object
          additionalProperties: false
          required: [channel]
          properties:
            channel: {type: string, pattern: '^[0-9.]+/(stable|edge)$'}
            addons: {type: array, minItems: 1, items: {$ref: '#/$defs/addon'}}
            replicas: {type: integer, minimum: 1, maximum: 7}
            mode: {enum: [single, ha]}
            proxy: {anyOf: [{type: string}, {type: object}]}
      $defs:
        addon: {type: string, maxLength: 8}
      """;

  @TempDir Path root;
  private ScratchHost host;

  @BeforeEach
  void aHost() {
    host = new ScratchHost(root);
  }

  private Validation validation(String text) {
    var config =
        new Config((YamlMap) Yaml.parse(text, "/oem/1.yaml"), List.of(), List.of(), List.of());
    return Validation.of(config, ProviderSchemas.on(host));
  }

  private List<String> doubts(String text) {
    return validation(text).doubts().stream().map(Problem::render).toList();
  }

  private List<String> warnings(String text) {
    return validation(text).warnings().stream().map(Problem::render).toList();
  }

  @Test
  void aKeyThatAProviderRegistersIsKnownAndItsValueIsChecked() {
    String text = "microk8s:\n  channel: latest\n  replikas: 3\n";
    assertThat(warnings(text)).singleElement().asString().contains("unknown key 'microk8s'");
    host.with("/usr/share/kairos/schema.d/microk8s.yaml", MICROK8S);
    assertThat(warnings(text)).isEmpty();
    assertThat(doubts(text))
        .containsExactly(
            "/oem/1.yaml:2:12: microk8s.channel must match ^[0-9.]+/(stable|edge)$",
            "/oem/1.yaml:3:3: unknown key 'microk8s.replikas'\n  try: did you mean 'replicas'?");
    assertThat(validation(text).errors()).isEmpty();
    assertThat(validation(text).strict().errors()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '§',
      value = {
        "{channel: 1.30/stable, addons: [dns], replicas: 3, mode: ha, proxy: {a: 1}}~§§",
        "{channel: 1.30/stable, proxy: x}~§§",
        "{}~microk8s.channel is missing",
        "[]~microk8s must be a map, not a list",
        "{channel: 1.30}~microk8s.channel must be a text, not a number (1.30)",
        "{channel: 1/edge, addons: []}~microk8s.addons must be 1 items or more",
        "{channel: 1/edge, addons: dns}~microk8s.addons must be a list, not the text \"dns\"",
        "{channel: 1/edge, addons: [a, cert-manager]}~addons[1] must be 8 characters or less",
        "{channel: 1/edge, replicas: 0}~microk8s.replicas must be 1 or more",
        "{channel: 1/edge, replicas: 8}~microk8s.replicas must be 7 or less",
        "{channel: 1/edge, replicas: 1.5}~must be a whole number, not a number (1.5)",
        "{channel: 1/edge, mode: both}~must be one of single, ha, not the text \"both\"",
        "{channel: 1/edge, proxy: 1}~microk8s.proxy is none of the 2 things that it may be",
      })
  void everyKeywordSaysWhatItWants(String value, String message) {
    host.with("/usr/share/kairos/schema.d/microk8s.yaml", MICROK8S);
    List<String> doubts = doubts("microk8s: " + value);
    if (message.isEmpty()) {
      assertThat(doubts).isEmpty();
    } else {
      assertThat(doubts).singleElement().asString().contains(message);
    }
  }

  @Test
  void whatAProviderSaysOfItsKeyCountsMoreThanWhatWeKnow() {
    String text = "k3s: {args: '--disable traefik', channel: stable}";
    assertThat(validation(text).errors()).isNotEmpty();
    host.with(
        "/usr/share/kairos/schema.d/other-k3s.json",
        "{\"properties\": {\"k3s\": {\"properties\": {\"args\": {\"type\": \"string\"}}}}}");
    assertThat(validation(text).errors()).isEmpty();
    assertThat(doubts(text)).isEmpty();
  }

  @Test
  void theProviderThatCameLaterReplacesTheImagesOwn() {
    host.with("/usr/share/kairos/schema.d/a.json", "{properties: {x: {type: string}}}")
        .with("/usr/local/share/kairos/schema.d/a.json", "{properties: {x: {type: integer}}}");
    assertThat(doubts("x: 1")).isEmpty();
    assertThat(doubts("x: one")).hasSize(1);
  }

  @Test
  void aSchemaThatIsWrongIsAWarningAndSpoilsNoOther() {
    host.with("/usr/share/kairos/schema.d/a.json", "{properties: {")
        .with("/usr/share/kairos/schema.d/b.yaml", "- x\n")
        .with("/usr/share/kairos/schema.d/c.yaml", "properties:\n  install: {type: string}\n")
        .with("/usr/share/kairos/schema.d/d.yaml", "properties: {good: {}}\n")
        .with("/usr/share/kairos/schema.d/README", "not a schema");
    assertThat(warnings("good: 1\ninstall: {auto: true}\n"))
        .hasSize(3)
        .anyMatch(text -> text.contains("schema.d/a.json:1:"))
        .anyMatch(text -> text.contains("b.yaml:1:1: a provider's schema must be a map"))
        .anyMatch(text -> text.contains("c.yaml:2:3: 'install' is a key of Kairos itself"));
  }

  @Test
  void referencesThatLeadInACircleEnd() {
    host.with(
        "/usr/share/kairos/schema.d/a.yaml",
        """
        properties: {x: {$ref: '#/$defs/a'}}
        $defs: {a: {anyOf: [{$ref: '#/$defs/b'}]}, b: {$ref: '#/$defs/a'}}
        """);
    assertThat(doubts("x: 1")).isEmpty();
  }

  @Test
  void thePrintedSchemaHoldsTheKeysOfProviders() {
    host.with("/usr/share/kairos/schema.d/micro k8s.yaml", "$id: x\n" + MICROK8S);
    Map<String, Object> schema =
        SchemaDocument.of(Optional.empty(), List.of(), ProviderSchemas.on(host));
    assertThat(Jq.parse(".properties.microk8s[\"$ref\"]").run(schema))
        .containsExactly("#/definitions/Provider-micro-k8s/properties/microk8s");
    assertThat(
            Jq.parse(
                    ".definitions[\"Provider-micro-k8s\"].properties.microk8s.properties.addons"
                        + ".items[\"$ref\"]")
                .run(schema))
        .containsExactly("#/definitions/Provider-micro-k8s/$defs/addon");
    assertThat(Jq.parse(".definitions[\"Provider-micro-k8s\"] | has(\"$id\")").run(schema))
        .containsExactly(false);
  }
}
