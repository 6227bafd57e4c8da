package io.kairos.operator;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the operator's own pod tells it. Each value is read when it is used, so that a test may
 * change it. An empty value counts as none.
 */
public final class OperatorEnvironment {
  private static final String REBOOT_DEFAULT = "quay.io/kairos/kairos-operator:latest";
  private static final String LABELER_DEFAULT = "quay.io/kairos/operator-node-labeler:v0.0.1";
  private static final String NODEOP_DEFAULT = "busybox:latest";

  private final Function<String, String> variables;

  private OperatorEnvironment(Function<String, String> variables) {
    this.variables = variables;
  }

  public static OperatorEnvironment ofProcess() {
    return new OperatorEnvironment(System::getenv);
  }

  public static OperatorEnvironment of(Map<String, String> variables) {
    return new OperatorEnvironment(variables::get);
  }

  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.apply(name)).filter(value -> !value.isEmpty());
  }

  /** {@code CONTROLLER_POD_NAMESPACE}; where the labeler runs and the lease is. */
  public String namespace() {
    return variable("CONTROLLER_POD_NAMESPACE").orElse("system");
  }

  /** {@code CONTROLLER_POD_NAME}; this pod is never drained. */
  public Optional<String> podName() {
    return variable("CONTROLLER_POD_NAME");
  }

  /** {@code OPERATOR_IMAGE}: the image of reboot pods; needs {@code sh} and {@code nsenter}. */
  public String rebootImage() {
    return variable("OPERATOR_IMAGE").orElse(REBOOT_DEFAULT);
  }

  /** {@code NODE_LABELER_IMAGE}. */
  public String nodeLabelerImage() {
    return variable("NODE_LABELER_IMAGE").orElse(LABELER_DEFAULT);
  }

  /** {@code SENTINEL_IMAGE}, if set: the image of containers that announce a finished Job. */
  public Optional<String> sentinelImage() {
    return variable("SENTINEL_IMAGE");
  }

  /** {@code NODEOP_DEFAULT_IMAGE}: the image of a NodeOp that names none. */
  public String nodeOpDefaultImage() {
    return variable("NODEOP_DEFAULT_IMAGE").orElse(NODEOP_DEFAULT);
  }
}
