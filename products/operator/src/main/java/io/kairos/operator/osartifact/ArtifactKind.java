package io.kairos.operator.osartifact;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What can be made of an image. */
enum ArtifactKind {
  ISO("iso"),
  CLOUD_IMAGE("cloudImage"),
  AZURE_IMAGE("azureImage"),
  GCE_IMAGE("gceImage"),
  NETBOOT("netboot"),
  UKI("uki");

  private final String key;

  ArtifactKind(String key) {
    this.key = key;
  }

  /** In {@code spec.artifacts}, {@code spec.resources} and {@code spec.nameOverride}. */
  String key() {
    return key;
  }

  static Optional<ArtifactKind> named(String key) {
    return Stream.of(values()).filter(kind -> kind.key.equals(key)).findFirst();
  }

  boolean isIn(OSArtifactSpec.Artifacts artifacts) {
    return switch (this) {
      case ISO -> artifacts.iso();
      case CLOUD_IMAGE -> artifacts.cloudImage();
      case AZURE_IMAGE -> artifacts.azureImage();
      case GCE_IMAGE -> artifacts.gceImage();
      case NETBOOT -> artifacts.netboot();
      case UKI -> artifacts.uki().filter(OSArtifactSpec.Uki::isAny).isPresent();
    };
  }

  static List<ArtifactKind> of(OSArtifactSpec.Artifacts artifacts) {
    return Stream.of(values()).filter(kind -> kind.isIn(artifacts)).toList();
  }
}
