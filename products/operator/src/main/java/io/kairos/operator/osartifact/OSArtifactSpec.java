package io.kairos.operator.osartifact;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What to build, in the two stages of {@code v1alpha2}. Absent lists and maps are empty, an empty
 * text is an absent one.
 *
 * @param artifacts stage 2; without it the image alone is built
 * @param volume spec of the claim that we make for the artifacts
 * @param ttlSecondsAfterFinished after it all but the object itself is deleted
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record OSArtifactSpec(
    Image image,
    Optional<Artifacts> artifacts,
    List<LocalObjectReference> imagePullSecrets,
    List<JobSpec> exporters,
    Optional<PersistentVolumeClaimSpec> volume,
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    Optional<Affinity> affinity,
    Map<String, String> podLabels,
    Map<String, String> podAnnotations,
    Map<String, ResourceRequirements> resources,
    List<Volume> volumes,
    List<Container> importers,
    Map<String, String> nameOverride,
    Optional<Long> activeDeadlineSeconds,
    Optional<Long> ttlSecondsAfterFinished,
    Optional<Integer> retries) {
  /** The key of {@link #resources} that is no artifact. */
  static final String POD = "pod";

  private static final int RETRIES = 3;

  OSArtifactSpec {
    image = image == null ? Image.NONE : image;
    artifacts = given(artifacts);
    imagePullSecrets = copy(imagePullSecrets);
    exporters = copy(exporters);
    volume = given(volume);
    nodeSelector = copy(nodeSelector);
    tolerations = copy(tolerations);
    affinity = given(affinity);
    podLabels = copy(podLabels);
    podAnnotations = copy(podAnnotations);
    resources = copy(resources);
    volumes = copy(volumes);
    importers = copy(importers);
    nameOverride = copy(nameOverride);
    activeDeadlineSeconds = given(activeDeadlineSeconds);
    ttlSecondsAfterFinished = given(ttlSecondsAfterFinished);
    retries = given(retries);
  }

  /**
   * @param written as it is stored; the flat shapes of older releases are read as what they became
   * @throws InvalidConfig when a value has another type than the schema says
   */
  static OSArtifactSpec read(JsonNode written) {
    try {
      Map<String, Object> keys =
          written == null || written.isNull() ? Map.of() : JsonTree.map(written);
      return JsonTree.read(LegacyShape.migrated(keys), OSArtifactSpec.class);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfig(
          Problem.of("spec: " + e.getMessage().lines().findFirst().orElse(""))
              .withRemedy("apply the CRD of this release, whose schema refuses such values"));
    }
  }

  /** Name of the file of an artifact, without its ending. */
  String nameOf(ArtifactKind kind, String objectName) {
    return Optional.ofNullable(nameOverride.get(kind.key()))
        .filter(name -> !name.isEmpty())
        .orElse(objectName);
  }

  Optional<ResourceRequirements> resourcesOf(ArtifactKind kind) {
    return Optional.ofNullable(resources.get(kind.key()));
  }

  Optional<ResourceRequirements> resourcesOfPod() {
    return Optional.ofNullable(resources.get(POD));
  }

  Optional<Volume> volumeNamed(String name) {
    return volumes.stream().filter(each -> name.equals(each.getName())).findFirst();
  }

  Optional<Duration> deadline() {
    return activeDeadlineSeconds.map(Duration::ofSeconds);
  }

  Optional<Duration> timeToLive() {
    return ttlSecondsAfterFinished.map(Duration::ofSeconds);
  }

  /** How often a lost pod is replaced. */
  int allowedRetries() {
    return retries.orElse(RETRIES);
  }

  /** Stage 1. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Image(
      String ref,
      Optional<BuildOptions> buildOptions,
      Optional<OciSpec> ociSpec,
      Optional<BuildImage> buildImage,
      boolean push,
      Optional<SecretKey> imageCredentialsSecretRef,
      List<EnvVar> buildEnv,
      String caCertificatesVolume,
      String cacheVolume,
      boolean pullInsecureRegistry,
      boolean pushInsecureRegistry) {
    static final Image NONE = JsonTree.read(Map.of(), Image.class);

    Image {
      ref = text(ref);
      buildOptions = given(buildOptions);
      ociSpec = given(ociSpec);
      buildImage = given(buildImage);
      imageCredentialsSecretRef = given(imageCredentialsSecretRef);
      buildEnv = copy(buildEnv);
      caCertificatesVolume = text(caCertificatesVolume);
      cacheVolume = text(cacheVolume);
    }

    boolean isPrebuilt() {
      return !ref.isEmpty();
    }

    /** The user's part of the build definition; not looked at when the image is there already. */
    Optional<SecretKey> definition() {
      return isPrebuilt() ? Optional.empty() : ociSpec.flatMap(OciSpec::ref);
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record BuildOptions(
      String version,
      String baseImage,
      String model,
      boolean trustedBoot,
      String kubernetesDistro,
      String kubernetesVersion,
      boolean fips,
      String kairosInitImage) {
    BuildOptions {
      version = text(version);
      baseImage = text(baseImage);
      model = text(model);
      kubernetesDistro = text(kubernetesDistro);
      kubernetesVersion = text(kubernetesVersion);
      kairosInitImage = text(kairosInitImage);
    }
  }

  /**
   * @param template {@code disabled} when the text is used as it is
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record OciSpec(
      Optional<SecretKey> ref,
      Optional<SecretKey> templateValuesFrom,
      Map<String, String> templateValues,
      String template,
      String buildContextVolume) {
    static final String DEFAULT_KEY = "ociSpec";

    OciSpec {
      ref = given(ref);
      templateValuesFrom = given(templateValuesFrom);
      templateValues = copy(templateValues);
      template = text(template);
      buildContextVolume = text(buildContextVolume);
    }

    boolean isTemplate() {
      return !template.equals("disabled");
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record BuildImage(String registry, String repository, String tag) {
    BuildImage {
      registry = text(registry);
      repository = text(repository);
      tag = text(tag);
    }

    boolean isComplete() {
      return !registry.isEmpty() && !repository.isEmpty() && !tag.isEmpty();
    }

    String reference() {
      return registry + "/" + repository + ":" + tag;
    }
  }

  /**
   * @param key empty when a default counts
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record SecretKey(String name, String key) {
    SecretKey {
      name = text(name);
      key = text(key);
    }

    String keyOr(String preset) {
      return key.isEmpty() ? preset : key;
    }
  }

  /** Stage 2. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Artifacts(
      String arch,
      boolean iso,
      boolean cloudImage,
      boolean azureImage,
      boolean gceImage,
      boolean netboot,
      String diskSize,
      String netbootURL,
      Optional<SecretKey> cloudConfigRef,
      String grubConfig,
      List<String> bundles,
      String osRelease,
      String kairosRelease,
      String overlayISOVolume,
      String overlayRootfsVolume,
      String volume,
      Optional<Uki> uki) {
    Artifacts {
      arch = text(arch);
      diskSize = text(diskSize);
      netbootURL = text(netbootURL);
      cloudConfigRef = given(cloudConfigRef);
      grubConfig = text(grubConfig);
      bundles = copy(bundles);
      osRelease = text(osRelease);
      kairosRelease = text(kairosRelease);
      overlayISOVolume = text(overlayISOVolume);
      overlayRootfsVolume = text(overlayRootfsVolume);
      volume = text(volume);
      uki = given(uki);
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Uki(boolean iso, boolean container, boolean efi, String keysVolume) {
    Uki {
      keysVolume = text(keysVolume);
    }

    boolean isAny() {
      return iso || container || efi;
    }
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  @SuppressWarnings("OptionalAssignedToNull") // what Jackson passes for an absent key
  private static <T> Optional<T> given(Optional<T> value) {
    return value == null ? Optional.empty() : value;
  }

  private static <T> List<T> copy(List<T> items) {
    return items == null ? List.of() : List.copyOf(items);
  }

  private static <K, V> Map<K, V> copy(Map<K, V> entries) {
    return entries == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(entries));
  }
}
