package io.kairos.operator.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.upgrade.NodeOpUpgrade;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be followed. In this order a name without a kind is looked for. */
public enum RolloutKind {
  /** Before the NodeOp that it makes, which has the same name. */
  UPGRADE("NodeOpUpgrade", NodeOpUpgrade.class),
  NODE_OP("NodeOp", NodeOp.class),
  ARTIFACT("OSArtifact", OSArtifact.class);

  private final String word;
  private final Class<? extends HasMetadata> type;

  RolloutKind(String word, Class<? extends HasMetadata> type) {
    this.word = word;
    this.type = type;
  }

  /** As the object says it. */
  public String word() {
    return word;
  }

  /** As kubectl takes it. */
  public String resource() {
    return word.toLowerCase(Locale.ROOT);
  }

  String plural() {
    return resource() + "s";
  }

  Class<? extends HasMetadata> type() {
    return type;
  }

  /** Of kubectl's spellings: the kind in any case, or its plural. */
  static Optional<RolloutKind> named(String text) {
    String plain = text.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(kind -> plain.equals(kind.resource()) || plain.equals(kind.plural()))
        .findFirst();
  }
}
