package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.operator.Names;
import io.kairos.operator.Owners;
import io.kairos.operator.osartifact.OSArtifactSpec.Artifacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The objects that belong to an OSArtifact, as values; names and labels are upstream's. */
final class Children {
  static final String ARTIFACT_LABEL = Names.BUILD_GROUP + "/artifact";
  static final String EXPORT_INDEX = Names.BUILD_GROUP + "/export-index";

  /** Whose content of a step's inputs a pod was made of. */
  static final String ATTEMPT_LABEL = Names.BUILD_GROUP + "/attempt";

  static final String MENU_KEY = "grub.cfg";
  static final String OS_RELEASE_KEY = "os-release";
  static final String KAIROS_RELEASE_KEY = "kairos-release";
  static final String CLOUD_CONFIG_KEY = "cloud-config.yaml";

  private static final String EMPTY_CLOUD_CONFIG = "#cloud-config\n";
  private static final Quantity ROOM = new Quantity("10Gi");

  /** The volume that exporters mount. */
  private static final String ARTIFACTS = "artifacts";

  /** Of a Job's name, as its pods carry it as a label. */
  private static final int JOB_NAME_LIMIT = 63;

  /** Of most names (RFC 1123 subdomain). */
  private static final int NAME_LIMIT = 253;

  private final OSArtifact artifact;

  Children(OSArtifact artifact) {
    this.artifact = artifact;
  }

  String name() {
    return artifact.getMetadata().getName();
  }

  String namespace() {
    return artifact.getMetadata().getNamespace();
  }

  String uid() {
    return artifact.getMetadata().getUid();
  }

  Map<String, String> labels() {
    return Map.of(ARTIFACT_LABEL, Names.labelValue(name()));
  }

  /** Not a controlling one, as upstream's. */
  OwnerReference owner() {
    return new OwnerReferenceBuilder()
        .withApiVersion(artifact.getApiVersion())
        .withKind(artifact.getKind())
        .withName(name())
        .withUid(uid())
        .build();
  }

  /** Whether an object belongs to this artifact, not to an earlier one of the same name. */
  boolean own(io.fabric8.kubernetes.api.model.HasMetadata object) {
    List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
    return owners != null && owners.stream().anyMatch(each -> uid().equals(each.getUid()));
  }

  // ---- names ----

  String configMapName() {
    return name();
  }

  String claimName() {
    return withSuffix("-artifacts", NAME_LIMIT);
  }

  String definitionName() {
    return withSuffix("-rendered-ocispec", NAME_LIMIT);
  }

  String exporterName(int index) {
    return withSuffix("-export-" + index, JOB_NAME_LIMIT);
  }

  /** The same for an attempt of a generation, however often it is made. */
  String builderName(long generation, int attempt) {
    return Names.deterministic(name(), uid() + "/" + generation + "/" + attempt);
  }

  private String withSuffix(String suffix, int limit) {
    String whole = name() + suffix;
    return whole.length() <= limit
        ? whole
        : Names.shortened(name(), limit - suffix.length()) + suffix;
  }

  private ObjectMeta meta(String objectName) {
    return new ObjectMetaBuilder()
        .withName(objectName)
        .withNamespace(namespace())
        .withLabels(labels())
        .withOwnerReferences(owner())
        .build();
  }

  // ---- objects ----

  ConfigMap configMap(OSArtifactSpec spec) {
    Map<String, String> data = new TreeMap<>();
    data.put(MENU_KEY, spec.artifacts().map(Artifacts::grubConfig).orElse(""));
    data.put(OS_RELEASE_KEY, spec.artifacts().map(Artifacts::osRelease).orElse(""));
    data.put(KAIROS_RELEASE_KEY, spec.artifacts().map(Artifacts::kairosRelease).orElse(""));
    data.put(CLOUD_CONFIG_KEY, EMPTY_CLOUD_CONFIG);
    return new ConfigMapBuilder().withMetadata(meta(configMapName())).withData(data).build();
  }

  /**
   * @return nothing when the artifacts go to a volume of the user's
   */
  Optional<PersistentVolumeClaim> claim(OSArtifactSpec spec) {
    if (ownVolume(spec).isPresent()) {
      return Optional.empty();
    }
    PersistentVolumeClaimSpec wanted =
        spec.volume()
            .orElseGet(
                () ->
                    new PersistentVolumeClaimSpecBuilder()
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .addToRequests("storage", ROOM)
                        .endResources()
                        .build());
    return Optional.of(
        new PersistentVolumeClaimBuilder()
            .withMetadata(meta(claimName()))
            .withSpec(wanted)
            .build());
  }

  /** The build definition; a controlling owner keeps others from taking its name over. */
  Secret definition(String text) {
    ObjectMeta meta = meta(definitionName());
    meta.setOwnerReferences(List.of(Owners.controller(artifact)));
    return new SecretBuilder()
        .withMetadata(meta)
        .withData(
            Map.of(
                BuildDefinition.KEY,
                Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))))
        .build();
  }

  private static Optional<String> ownVolume(OSArtifactSpec spec) {
    return spec.artifacts().map(Artifacts::volume).filter(volume -> !volume.isEmpty());
  }

  /**
   * Where the artifacts are, as a volume of a pod.
   *
   * @throws InvalidConfig when the spec names a volume that it does not have
   */
  Volume artifactsVolume(OSArtifactSpec spec, String volumeName, boolean isReadOnly) {
    Optional<String> own = ownVolume(spec);
    if (own.isEmpty()) {
      return new VolumeBuilder()
          .withName(volumeName)
          .withNewPersistentVolumeClaim()
          .withClaimName(claimName())
          .withReadOnly(isReadOnly ? true : null)
          .endPersistentVolumeClaim()
          .build();
    }
    Volume named =
        spec.volumeNamed(own.get())
            .orElseThrow(
                () ->
                    new InvalidConfig(
                        Problem.of(
                                "spec.artifacts.volume: \""
                                    + own.get()
                                    + "\" is no entry of spec.volumes")
                            .withRemedy("add it, or name another one")));
    var volume = new VolumeBuilder(named).withName(volumeName);
    if (isReadOnly && named.getPersistentVolumeClaim() != null) {
      volume.editPersistentVolumeClaim().withReadOnly(true).endPersistentVolumeClaim();
    }
    return volume.build();
  }

  /** A Job that carries artifacts away. */
  Job exporter(OSArtifactSpec spec, int index) {
    JobSpec wanted = spec.exporters().get(index);
    var template = wanted.getTemplate();
    ObjectMeta own = template.getMetadata();
    List<Volume> volumes = new ArrayList<>();
    if (template.getSpec() != null && template.getSpec().getVolumes() != null) {
      volumes.addAll(template.getSpec().getVolumes());
    }
    volumes.removeIf(each -> ARTIFACTS.equals(each.getName()));
    volumes.add(artifactsVolume(spec, ARTIFACTS, true));
    var job =
        new JobSpecBuilder(wanted)
            .withBackoffLimit(wanted.getBackoffLimit() == null ? 0 : wanted.getBackoffLimit())
            .editTemplate()
            .withMetadata(
                new ObjectMetaBuilder()
                    .withLabels(own == null ? null : own.getLabels())
                    .withAnnotations(own == null ? null : own.getAnnotations())
                    .build())
            .editOrNewSpec()
            .withVolumes(volumes)
            .endSpec()
            .endTemplate()
            .build();
    ObjectMeta meta = meta(exporterName(index));
    meta.setAnnotations(Map.of(EXPORT_INDEX, Integer.toString(index)));
    return new JobBuilder().withMetadata(meta).withSpec(job).build();
  }

  /** Whether an exporter's containers mount the artifacts at all. */
  static boolean mountsArtifacts(JobSpec exporter) {
    return exporter.getTemplate() != null
        && exporter.getTemplate().getSpec() != null
        && exporter.getTemplate().getSpec().getContainers().stream()
            .flatMap(each -> each.getVolumeMounts().stream())
            .map(VolumeMount::getName)
            .anyMatch(ARTIFACTS::equals);
  }
}
