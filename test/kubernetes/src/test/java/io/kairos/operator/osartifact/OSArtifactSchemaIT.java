package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real API server takes, refuses and keeps. */
@Tag("cluster")
class OSArtifactSchemaIT {
  private static ApiServer server;
  private static String namespace;

  @BeforeAll
  static void open() {
    server = ApiServer.open();
    namespace = server.namespace();
  }

  @AfterAll
  static void close() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{artifacts: {iso: true}} | spec.image is required",
        "{image: {}} | at least one of buildOptions or ociSpec must be set",
        "{image: {ociSpec: {templateValues: {a: b}}}} | at least one of buildOptions or ociSpec must be set",
        "{image: {ref: a}} | spec.artifacts is required when spec.image.ref is set",
        "{image: {ref: a}, iso: true} | the flat fields of older releases",
        "{image: {ref: a, buildImage: {registry: r, repository: p, tag: t}}, artifacts: {iso: true}} | ref must be empty",
        "{image: {buildOptions: {version: v}}} | spec.image.buildOptions needs version and baseImage",
        "{image: {buildOptions: {baseImage: u}}} | spec.image.buildOptions.version",
        "{image: {buildOptions: {version: v, baseImage: u}, push: true}} | spec.image.push needs spec.image.buildImage",
        "{image: {buildOptions: {version: v, baseImage: u}, buildImage: {registry: r, repository: p}}} | spec.image.buildImage.tag",
        "{image: {ref: a}, artifacts: {iso: true, arch: x86_64}} | spec.artifacts.arch",
        "{image: {ref: a}, artifacts: {iso: false}} | at least one artifact type must be enabled",
        "{image: {ref: a}, artifacts: {uki: {iso: true, keysVolume: ''}}} | keysVolume is required when at least one of iso, container, or efi is true",
        "{image: {ref: a}, artifacts: {uki: {iso: true}}} | spec.artifacts.uki.keysVolume",
        "{image: {ref: a}, artifacts: {uki: {efi: true, keysVolume: k}}} | spec.artifacts.uki.keysVolume must name an entry",
        "{image: {ref: a}, artifacts: {iso: true, volume: v}} | spec.artifacts.volume must name an entry",
        "{image: {ref: a}, artifacts: {iso: true, overlayISOVolume: v}} | spec.artifacts.overlayISOVolume must name an entry",
        "{image: {ref: a}, artifacts: {iso: true, overlayRootfsVolume: v}} | spec.artifacts.overlayRootfsVolume must name an entry",
        "{image: {ociSpec: {ref: {name: s}, buildContextVolume: v}}} | spec.image.ociSpec.buildContextVolume must name an entry",
        "{image: {ociSpec: {ref: {name: s}}, caCertificatesVolume: v}} | spec.image.caCertificatesVolume must name an entry",
        "{image: {ref: a}, artifacts: {iso: true, cloudConfigRef: {name: c}}} | spec.artifacts.cloudConfigRef.key is required",
        "{image: {ref: a}, artifacts: {iso: true}, volumes: [{name: rootfs, emptyDir: {}}]} | volume name \"rootfs\" is reserved for internal use",
        "{image: {ref: a}, artifacts: {iso: true}, volumes: [{name: x, emptyDir: {}}, {name: x, emptyDir: {}}]} | Duplicate value",
        "{image: {ref: a}, artifacts: {iso: true}, volumes: [{emptyDir: {}}]} | spec.volumes[0].name",
        "{image: {ref: a}, artifacts: {iso: true}, nameOverride: {iso: Big_Name}} | spec.nameOverride.iso",
        "{image: {ref: a}, artifacts: {iso: true}, exporters: [{completions: 1}]} | spec.exporters[0].template",
        "{image: {ref: a}, artifacts: {iso: true}, tolerations: [{tolerationSeconds: soon}]} | tolerationSeconds",
        "{image: {ref: a}, artifacts: {iso: true}, retries: -1} | spec.retries"
      })
  void anInvalidSpecIsRefusedWhenItIsApplied(String spec, String reason) {
    assertThatThrownBy(() -> server.create(namespace, "invalid", spec))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(reason)
        .extracting(e -> ((KubernetesClientException) e).getCode())
        .isEqualTo(422);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{image: {ref: a}, artifacts: {iso: true}}",
        "{image: {ref: a, buildOptions: {version: ''}, push: true}, artifacts: {iso: true}}",
        "{image: {buildOptions: {version: v, baseImage: u}}}",
        "{image: {ociSpec: {ref: {name: s}}}, artifacts: {uki: {keysVolume: ''}, iso: true}}",
        "{image: {ref: a}, volumes: [{name: k, emptyDir: {}}], artifacts: {uki: {container: true, keysVolume: k}}}",
        "{imageName: a, iso: true, volume: {resources: {requests: {storage: 1Gi}}}}",
        "{baseImageDockerfile: {name: d}, dockerfileTemplateValues: {a: b}, volumeBindings: {buildContext: v}, volumes: [{name: v, emptyDir: {}}]}",
        "{baseImageName: u, cloudImage: true, bundles: [b], arch: amd64, diskSize: '1'}"
      })
  void aValidSpecOfAnyReleaseIsTaken(String spec) {
    OSArtifact made =
        server.create(namespace, "valid-" + Integer.toHexString(spec.hashCode()), spec);
    assertThat(made.getSpec()).isEqualTo(ApiServer.tree(spec));
    assertThat(SpecValidation.problem(OSArtifactSpec.read(made.getSpec()))).isEmpty();
  }

  @Test
  void anObjectWithoutASpecIsTakenAsUpstreamTakesIt() {
    var artifact = new OSArtifact();
    artifact.getMetadata().setName("bare");
    artifact.getMetadata().setNamespace(namespace);
    artifact.setSpec(null);
    artifact.setStatus(null);
    OSArtifact made = server.client().resource(artifact).create();
    assertThat(SpecValidation.problem(OSArtifactSpec.read(made.getSpec()))).isPresent();
  }

  @Test
  void labelsOfTemplatesSurvive() {
    String spec =
        """
        image: {ref: a}
        artifacts: {iso: true}
        exporters:
          - template:
              metadata: {labels: {team: os}, annotations: {note: text}}
              spec:
                restartPolicy: Never
                containers: [{name: c, image: i, ports: [{containerPort: 80}], resources: {limits: {cpu: 1}}}]
        volumes:
          - name: scratch
            ephemeral:
              volumeClaimTemplate:
                metadata: {labels: {team: os}}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """;
    server.create(namespace, "labels", spec);
    OSArtifactSpec read = OSArtifactSpec.read(server.get(namespace, "labels").getSpec());
    var template = read.exporters().getFirst().getTemplate();
    assertThat(template.getMetadata().getLabels()).containsEntry("team", "os");
    assertThat(template.getMetadata().getAnnotations()).containsEntry("note", "text");
    assertThat(template.getSpec().getContainers().getFirst().getPorts().getFirst().getProtocol())
        .isEqualTo("TCP");
    assertThat(
            read.volumes()
                .getFirst()
                .getEphemeral()
                .getVolumeClaimTemplate()
                .getMetadata()
                .getLabels())
        .containsEntry("team", "os");
  }
}
