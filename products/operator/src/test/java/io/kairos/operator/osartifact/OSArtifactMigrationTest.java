package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OSArtifactMigrationTest {
  private static final String SECRET =
      """
      # whose remark stays
      apiVersion: v1
      kind: Secret
      metadata: {name: s}
      """;

  @Test
  void oldArtifactsAreWrittenAnewAndTheRestStays() {
    var migrated =
        OSArtifactMigration.of(
            SECRET
                + """
                ---
                apiVersion: build.kairos.io/v1alpha2
                kind: OSArtifact
                metadata: {name: old}
                spec: {baseImageName: u, iso: true}
                """,
            "old.yaml");
    String[] documents = migrated.text().split("---\n");
    assertThat(documents[0]).isEqualTo(SECRET);
    assertThat(CoreSchemas.tree(documents[1]))
        .containsEntry(
            "spec",
            Map.of(
                "image",
                Map.of("buildOptions", Map.of("version", "v0.0.0", "baseImage", "u")),
                "artifacts",
                Map.of("iso", true)))
        .containsEntry("metadata", Map.of("name", "old"));
    assertThat(migrated.remarks()).singleElement().asString().startsWith("old: ");
  }

  @Test
  void whatIsNewStaysToTheLastOctet() {
    String text =
        SECRET
            + "---\n"
            + """
              # mine
              apiVersion: build.kairos.io/v1alpha2
              kind: OSArtifact
              spec: {image: {ref: a}}
              """;
    assertThat(OSArtifactMigration.of(text, "new.yaml").text()).isEqualTo(text);
  }

  @Test
  void whatIsNoYamlIsToldWithFileAndLine() {
    assertThatThrownBy(() -> OSArtifactMigration.of(SECRET + "---\nkind: [x\n", "broken.yaml"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("broken.yaml:7");
  }
}
