package io.kairos.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Optional;

/** Who an object belongs to: the garbage collector follows these references. */
public final class Owners {
  private Owners() {}

  /** The reference by which {@code owner} controls what carries it. */
  public static OwnerReference controller(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }

  /** The one reference whose {@code controller} is true. */
  public static Optional<OwnerReference> controllerOf(HasMetadata dependent) {
    return dependent.getMetadata().getOwnerReferences().stream()
        .filter(reference -> Boolean.TRUE.equals(reference.getController()))
        .findFirst();
  }

  public static boolean isControlledBy(HasMetadata dependent, String ownerUid) {
    return controllerOf(dependent).filter(owner -> owner.getUid().equals(ownerUid)).isPresent();
  }
}
