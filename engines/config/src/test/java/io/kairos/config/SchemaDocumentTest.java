package io.kairos.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.formats.json.Json;
import io.kairos.testkit.Golden;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchemaDocumentTest {
  private static Map<String, Object> schema(Optional<String> version) {
    return SchemaDocument.of(version, List.of(), ProviderSchemas.NONE);
  }

  @Test
  void theSchemaIsWhatTheCodeDeclares() {
    Golden.assertMatches(
        Path.of("src/test/resources/golden/schema.json"),
        Json.pretty(schema(Optional.of("0.0.0")), " "));
  }

  /** Assertion 86. */
  @Test
  void itNamesItsVersionOrNothing() {
    assertThat(Json.pretty(schema(Optional.of("0.0.0")), " "))
        .contains("$schema\": \"https://kairos.io/0.0.0/cloud-config.json\"");
    assertThat(schema(Optional.empty())).doesNotContainKey("$schema");
  }

  @Test
  void definitionsHaveTheNamesThatProgramsKnow() {
    assertThat(((Map<?, ?>) schema(Optional.empty()).get("definitions")).keySet().toString())
        .contains(
            List.of(
                "SchemaBundleSchema",
                "SchemaElementalPartitions",
                "SchemaPartition",
                "SchemaImage",
                "SchemaGrubOptionsSchema",
                "SchemaInstallSchema",
                "SchemaNoPowerManagement",
                "SchemaRebootOnly",
                "SchemaPowerOffOnly",
                "SchemaP2PSchema",
                "SchemaP2PAutoEnabled",
                "SchemaP2PAutoDisabled",
                "SchemaVPN",
                "SchemaStageSchema",
                "SchemaUserSchema"));
  }
}
