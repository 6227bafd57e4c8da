package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstream's assertions 102 to 117 (reference/kubernetes-apis.md, 6). */
class SpecValidationTest {
  private static final String ISO = "\nartifacts: {iso: true}";

  private static Optional<String> problem(String spec) {
    return SpecValidation.problem(Artifacts.spec(spec));
  }

  private static void isValid(String spec) {
    assertThat(problem(spec)).isEmpty();
  }

  private static void isRefused(String spec, String... parts) {
    assertThat(problem(spec)).hasValueSatisfying(text -> assertThat(text).contains(parts));
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "arm64", "\"\""})
  void architecturesOfGoAreAccepted(String arch) {
    isValid("image: {ref: a}\nartifacts: {iso: true, arch: " + arch + "}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "AMD64"})
  void otherArchitecturesAreRefused(String arch) {
    isRefused(
        "image: {ref: a}\nartifacts: {iso: true, arch: " + arch + "}",
        "arch must be either 'amd64', 'arm64', or empty");
  }

  @Test
  void anImageWithArtifactsIsValid() {
    isValid("image: {ref: a}" + ISO);
  }

  @Test
  void anImageWithoutArtifactsIsRefused() {
    isRefused("image: {ref: a}", "spec.artifacts is required when spec.image.ref is set");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"artifacts", "rootfs", "config", "ocispec", "cloudconfig", "image-credentials"})
  void reservedNamesOfVolumesAreRefused(String name) {
    isRefused(
        "image: {ref: a}\nvolumes: [{name: " + name + ", emptyDir: {}}]" + ISO,
        "volume name \"" + name + "\" is reserved for internal use");
  }

  @Test
  void aNameOfTwoVolumesIsRefused() {
    isRefused(
        "image: {ref: a}\nvolumes: [{name: x, emptyDir: {}}, {name: x, emptyDir: {}}]" + ISO,
        "duplicate volume name \"x\" in spec.volumes");
  }

  @Test
  void aVolumeWithoutANameIsRefused() {
    isRefused(
        "image: {ref: a}\nvolumes: [{emptyDir: {}}]" + ISO,
        "spec.volumes[0].name must not be empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"image: {}", "image: {ociSpec: {templateValues: {a: b}}}"})
  void anImageFromNowhereIsRefused(String image) {
    isRefused(
        image + ISO,
        "spec.image: when ref is empty, at least one of buildOptions or ociSpec must be set");
  }

  @Test
  void anImageThatIsThereAndIsBuiltIsRefused() {
    isRefused(
        "image: {ref: a, buildImage: {registry: r, repository: p, tag: t}}" + ISO,
        "buildImage is only used when building",
        "ref must be empty");
  }

  @Test
  void buildOptionsBesideAnImageAreIgnored() {
    isValid("image: {ref: a, buildOptions: {version: ''}, push: true}" + ISO);
  }

  @ParameterizedTest
  @CsvSource({"'{baseImage: u}', version", "'{version: v1}', baseImage"})
  void buildOptionsNeedVersionAndBaseImage(String options, String missing) {
    isRefused("image: {buildOptions: " + options + "}", "spec.image.buildOptions." + missing);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ociSpec: {ref: {name: s}}}",
        "{buildOptions: {version: v1, baseImage: u}}",
        "{ociSpec: {ref: {name: s}}, buildOptions: {version: v1, baseImage: u}}"
      })
  void aDockerfileBuildOptionsOrBothAreEnough(String image) {
    isValid("image: " + image);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image: {ociSpec: {ref: {name: s}, buildContextVolume: VOL}} | buildContextVolume",
        "image: {ociSpec: {ref: {name: s}}, caCertificatesVolume: VOL} | caCertificatesVolume",
        "image: {ociSpec: {ref: {name: s}}, cacheVolume: VOL} | cacheVolume",
        "{image: {ref: a}, artifacts: {iso: true, overlayISOVolume: VOL}} | overlayISOVolume",
        "{image: {ref: a}, artifacts: {iso: true, overlayRootfsVolume: VOL}} | overlayRootfsVolume",
        "{image: {ref: a}, artifacts: {iso: true, volume: VOL}} | artifacts.volume",
        "{image: {ref: a}, artifacts: {uki: {iso: true, keysVolume: VOL}}} | keysVolume"
      })
  void namesOfVolumesHaveToBeThere(String spec, String field) {
    String flow = spec.startsWith("{") ? spec : "{" + spec + "}";
    isRefused(flow.replace("VOL", "data"), field, "\"data\"");
    String given =
        flow.substring(0, flow.length() - 1) + ", volumes: [{name: data, emptyDir: {}}]}";
    isValid(given.replace("VOL", "data"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{registry: '', repository: p, tag: t}",
        "{registry: r, repository: '', tag: t}",
        "{registry: r, repository: p}"
      })
  void aNameOfTheBuiltImageInPartsIsRefused(String name) {
    isRefused(
        "image: {buildOptions: {version: v1, baseImage: u}, buildImage: " + name + "}",
        "registry, repository, and tag are all required");
  }

  @Test
  void pushingNeedsAName() {
    String options = "buildOptions: {version: v1, baseImage: u}, push: true";
    isRefused("image: {" + options + "}", "push", "buildImage");
    isValid("image: {" + options + ", buildImage: {registry: r, repository: p, tag: t}}");
  }

  @Test
  void artifactsOfNoKindAreRefused() {
    isRefused(
        "image: {ref: a}\nartifacts: {iso: false, uki: {keysVolume: k}}",
        "spec.artifacts: at least one artifact type must be enabled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iso", "container", "efi"})
  void unifiedKernelImagesAloneAreValid(String output) {
    isValid(
        "image: {ref: a}\nvolumes: [{name: k, emptyDir: {}}]\nartifacts: {uki: {"
            + output
            + ": true, keysVolume: k}}");
    isRefused("image: {ref: a}\nartifacts: {uki: {" + output + ": true}}", "keysVolume");
  }

  @Test
  void aCloudConfigWithoutAKeyIsRefused() {
    isRefused(
        "image: {ref: a}\nartifacts: {iso: true, cloudConfigRef: {name: s}}", "cloudConfigRef.key");
  }

  @Test
  void eachKindHasItsNameOrThatOfTheObject() {
    OSArtifactSpec spec = Artifacts.spec("image: {ref: a}\nnameOverride: {iso: other, uki: ''}");
    assertThat(spec.nameOf(ArtifactKind.ISO, "demo")).isEqualTo("other");
    assertThat(spec.nameOf(ArtifactKind.UKI, "demo")).isEqualTo("demo");
    assertThat(spec.nameOf(ArtifactKind.NETBOOT, "demo")).isEqualTo("demo");
    assertThat(ArtifactKind.named("floppy")).isEmpty();
  }

  @Test
  void eachKindHasItsResourcesOrNone() {
    OSArtifactSpec spec =
        Artifacts.spec("image: {ref: a}\nresources: {iso: {limits: {cpu: 2}}, pod: {}}");
    assertThat(spec.resourcesOf(ArtifactKind.ISO).orElseThrow().getLimits()).containsKey("cpu");
    assertThat(spec.resourcesOf(ArtifactKind.UKI)).isEmpty();
    assertThat(spec.resourcesOfPod()).isPresent();
  }
}
