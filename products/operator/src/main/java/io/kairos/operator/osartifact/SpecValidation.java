package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.Volume;
import io.kairos.operator.osartifact.OSArtifactSpec.Artifacts;
import io.kairos.operator.osartifact.OSArtifactSpec.BuildImage;
import io.kairos.operator.osartifact.OSArtifactSpec.BuildOptions;
import io.kairos.operator.osartifact.OSArtifactSpec.Image;
import io.kairos.operator.osartifact.OSArtifactSpec.OciSpec;
import io.kairos.operator.osartifact.OSArtifactSpec.SecretKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules that a spec has to obey before anything is made for it. The CRD has the same ones, so
 * that most specs are refused when they are applied; here they count for clusters with an older
 * CRD. Scripts look for parts of the texts (reference/kubernetes-apis.md, 1.5).
 */
final class SpecValidation {
  /** Names of volumes that we add to pods. */
  static final Set<String> RESERVED_VOLUMES =
      Set.of("artifacts", "rootfs", "config", "ocispec", "cloudconfig", "image-credentials");

  private static final Set<String> ARCHITECTURES = Set.of("amd64", "arm64", "");

  private final OSArtifactSpec spec;

  private SpecValidation(OSArtifactSpec spec) {
    this.spec = spec;
  }

  /** The first rule that the spec breaks, and how. */
  static Optional<String> problem(OSArtifactSpec spec) {
    var validation = new SpecValidation(spec);
    return validation
        .volumes()
        .or(validation::image)
        .or(validation::bothStages)
        .or(validation::artifacts);
  }

  static Optional<String> architecture(String arch) {
    return when(
        !ARCHITECTURES.contains(arch), "arch must be either 'amd64', 'arm64', or empty: " + arch);
  }

  private Optional<String> volumes() {
    Set<String> names = new HashSet<>();
    List<Volume> volumes = spec.volumes();
    for (int i = 0; i < volumes.size(); i++) {
      String name = volumes.get(i).getName();
      if (name == null || name.isEmpty()) {
        return Optional.of("spec.volumes[" + i + "].name must not be empty");
      }
      if (RESERVED_VOLUMES.contains(name)) {
        return Optional.of("volume name \"" + name + "\" is reserved for internal use");
      }
      if (!names.add(name)) {
        return Optional.of("duplicate volume name \"" + name + "\" in spec.volumes");
      }
    }
    return Optional.empty();
  }

  private Optional<String> image() {
    Image image = spec.image();
    Optional<BuildImage> target = image.buildImage();
    if (image.isPrebuilt() && target.isPresent()) {
      return Optional.of(
          "spec.image.buildImage is only used when building; ref must be empty, or buildImage absent");
    }
    if (target.isPresent() && !target.get().isComplete()) {
      return Optional.of("spec.image.buildImage: registry, repository, and tag are all required");
    }
    if (image.isPrebuilt()) {
      return volume("spec.image.cacheVolume", image.cacheVolume());
    }
    if (image.buildOptions().isEmpty() && image.definition().isEmpty()) {
      return Optional.of(
          "spec.image: when ref is empty, at least one of buildOptions or ociSpec must be set");
    }
    return when(
            image.push() && target.isEmpty(),
            "spec.image.push needs spec.image.buildImage with registry, repository and tag")
        .or(() -> image.buildOptions().flatMap(SpecValidation::options))
        .or(
            () ->
                image
                    .ociSpec()
                    .filter(_ -> image.definition().isPresent())
                    .map(OciSpec::buildContextVolume)
                    .flatMap(name -> volume("spec.image.ociSpec.buildContextVolume", name)))
        .or(() -> volume("spec.image.caCertificatesVolume", image.caCertificatesVolume()))
        .or(() -> volume("spec.image.cacheVolume", image.cacheVolume()))
        .or(() -> image.definition().flatMap(ref -> named("spec.image.ociSpec.ref", ref)))
        .or(
            () ->
                image
                    .imageCredentialsSecretRef()
                    .flatMap(ref -> named("spec.image.imageCredentialsSecretRef", ref)));
  }

  private static Optional<String> options(BuildOptions options) {
    return when(options.version().isEmpty(), "spec.image.buildOptions.version is required")
        .or(
            () ->
                when(
                    options.baseImage().isEmpty(),
                    "spec.image.buildOptions.baseImage is required"));
  }

  private Optional<String> bothStages() {
    return when(
        spec.image().isPrebuilt() && spec.artifacts().isEmpty(),
        "spec.artifacts is required when spec.image.ref is set");
  }

  private Optional<String> artifacts() {
    return spec.artifacts().flatMap(this::artifacts);
  }

  private Optional<String> artifacts(Artifacts artifacts) {
    return when(
            ArtifactKind.of(artifacts).isEmpty(),
            "spec.artifacts: at least one artifact type must be enabled")
        .or(() -> architecture(artifacts.arch()).map(text -> "spec.artifacts." + text))
        .or(() -> volume("spec.artifacts.overlayISOVolume", artifacts.overlayISOVolume()))
        .or(() -> volume("spec.artifacts.overlayRootfsVolume", artifacts.overlayRootfsVolume()))
        .or(() -> volume("spec.artifacts.volume", artifacts.volume()))
        .or(
            () ->
                artifacts
                    .uki()
                    .filter(OSArtifactSpec.Uki::isAny)
                    .flatMap(
                        uki ->
                            when(
                                    uki.keysVolume().isEmpty(),
                                    "spec.artifacts.uki.keysVolume is required when at least one of"
                                        + " iso, container, or efi is true")
                                .or(
                                    () ->
                                        volume("spec.artifacts.uki.keysVolume", uki.keysVolume()))))
        .or(
            () ->
                artifacts
                    .cloudConfigRef()
                    .flatMap(
                        ref ->
                            named("spec.artifacts.cloudConfigRef", ref)
                                .or(
                                    () ->
                                        when(
                                            ref.key().isEmpty(),
                                            "spec.artifacts.cloudConfigRef.key is required"))));
  }

  private static Optional<String> named(String field, SecretKey ref) {
    return when(ref.name().isEmpty(), field + ".name is required");
  }

  private Optional<String> volume(String field, String name) {
    return when(
        !name.isEmpty() && spec.volumeNamed(name).isEmpty(),
        field + ": \"" + name + "\" is no entry of spec.volumes");
  }

  private static Optional<String> when(boolean broken, String text) {
    return broken ? Optional.of(text) : Optional.empty();
  }
}
