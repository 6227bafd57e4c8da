package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LegacyShapeTest {
  private static Map<String, Object> tree(String yaml) {
    return CoreSchemas.tree(yaml);
  }

  private static void becomes(String old, String migrated) {
    assertThat(LegacyShape.migrated(tree(old))).isEqualTo(tree(migrated));
  }

  @Test
  void anImageThatIsThereMovesToImageAndItsArtifactsToArtifacts() {
    becomes(
        """
        imageName: quay.io/kairos/core:latest
        iso: true
        netboot: true
        netbootURL: http://boot
        diskSize: "32000"
        cloudConfigRef: {name: c, key: userdata}
        grubConfig: menu
        bundles: [one]
        osRelease: a
        kairosRelease: b
        arch: arm64
        volume: {accessModes: [ReadWriteOnce]}
        exporters: [{template: {}}]
        imagePullSecrets: [{name: p}]
        volumes: [{name: v}]
        importers: [{name: i}]
        volumeBindings: {overlayISO: v, overlayRootfs: v}
        """,
        """
        image: {ref: "quay.io/kairos/core:latest"}
        artifacts:
          arch: arm64
          iso: true
          netboot: true
          netbootURL: http://boot
          diskSize: "32000"
          cloudConfigRef: {name: c, key: userdata}
          grubConfig: menu
          bundles: [one]
          osRelease: a
          kairosRelease: b
          overlayISOVolume: v
          overlayRootfsVolume: v
        volume: {accessModes: [ReadWriteOnce]}
        exporters: [{template: {}}]
        imagePullSecrets: [{name: p}]
        volumes: [{name: v}]
        importers: [{name: i}]
        """);
  }

  @Test
  void aDockerfileMovesWithItsValuesAndItsContext() {
    becomes(
        """
        baseImageDockerfile: {name: d, key: k}
        dockerfileTemplateValuesFrom: {name: t}
        dockerfileTemplateValues: {A: b}
        volumeBindings: {buildContext: v}
        imageName: registry.example/os/demo:1
        iso: true
        """,
        """
        image:
          ociSpec:
            ref: {name: d, key: k}
            templateValuesFrom: {name: t}
            templateValues: {A: b}
            buildContextVolume: v
          buildImage: {registry: registry.example, repository: os/demo, tag: "1"}
        artifacts: {iso: true}
        """);
  }

  @Test
  void aBaseImageGetsAVersionThatSomebodyHasToChoose() {
    String old = "{baseImageName: 'ubuntu:24.04', cloudImage: true}";
    becomes(
        old,
        "{image: {buildOptions: {version: v0.0.0, baseImage: 'ubuntu:24.04'}}, artifacts: {cloudImage: true}}");
    assertThat(LegacyShape.remarks(tree(old))).singleElement().asString().contains("version");
  }

  @Test
  void withoutAKindTheImageAloneIsBuilt() {
    becomes(
        "{baseImageName: u, iso: false}",
        "{image: {buildOptions: {version: v0.0.0, baseImage: u}}}");
  }

  @Test
  void todaysShapeStaysAsItIs() {
    Map<String, Object> spec = tree("{image: {ref: a}, artifacts: {iso: true}, unknown: 1}");
    assertThat(LegacyShape.migrated(spec)).isSameAs(spec);
    assertThat(LegacyShape.remarks(spec)).isEmpty();
  }

  @Test
  void migratingTwiceIsMigratingOnce() {
    Map<String, Object> once = LegacyShape.migrated(tree("{imageName: a, iso: true}"));
    assertThat(LegacyShape.migrated(once)).isEqualTo(once);
  }
}
