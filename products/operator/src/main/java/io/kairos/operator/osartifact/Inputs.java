package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.Volume;
import io.kairos.operator.osartifact.OSArtifactSpec.Artifacts;
import io.kairos.operator.osartifact.OSArtifactSpec.Image;
import io.kairos.operator.osartifact.OSArtifactSpec.OciSpec;
import io.kairos.operator.osartifact.OSArtifactSpec.SecretKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What has to be there before a build can begin. Clients make the OSArtifact first and its Secrets
 * right after it, so what is missing is waited for.
 *
 * @param key of its data; empty when the object itself is enough
 */
record Inputs(Kind kind, String name, String key) {
  /** The objects that a build can read. */
  enum Kind {
    SECRET("Secret"),
    CONFIG_MAP("ConfigMap"),
    CLAIM("PersistentVolumeClaim");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  static List<Inputs> of(OSArtifactSpec spec) {
    List<Inputs> inputs = new ArrayList<>();
    Image image = spec.image();
    image.definition().ifPresent(ref -> inputs.add(secret(ref, ref.keyOr(OciSpec.DEFAULT_KEY))));
    image
        .ociSpec()
        .filter(_ -> image.definition().isPresent())
        .flatMap(OciSpec::templateValuesFrom)
        .ifPresent(ref -> inputs.add(secret(ref, ""))); // all entries are values, as upstream
    image
        .imageCredentialsSecretRef()
        .ifPresent(ref -> inputs.add(secret(ref, ref.keyOr(BuilderPod.CREDENTIALS_KEY))));
    spec.artifacts()
        .flatMap(Artifacts::cloudConfigRef)
        .ifPresent(ref -> inputs.add(secret(ref, ref.key())));
    spec.volumes().forEach(volume -> ofVolume(volume).ifPresent(inputs::add));
    return inputs.stream().distinct().toList();
  }

  private static Inputs secret(SecretKey ref, String key) {
    return new Inputs(Kind.SECRET, ref.name(), key);
  }

  private static Optional<Inputs> ofVolume(Volume volume) {
    if (volume.getSecret() != null && !Boolean.TRUE.equals(volume.getSecret().getOptional())) {
      return Optional.of(new Inputs(Kind.SECRET, volume.getSecret().getSecretName(), ""));
    }
    if (volume.getConfigMap() != null
        && !Boolean.TRUE.equals(volume.getConfigMap().getOptional())) {
      return Optional.of(new Inputs(Kind.CONFIG_MAP, volume.getConfigMap().getName(), ""));
    }
    if (volume.getPersistentVolumeClaim() != null) {
      return Optional.of(
          new Inputs(Kind.CLAIM, volume.getPersistentVolumeClaim().getClaimName(), ""));
    }
    return Optional.empty();
  }

  String render() {
    return kind.word + " " + name + (key.isEmpty() ? "" : " (key " + key + ")");
  }
}
