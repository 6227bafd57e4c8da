package io.kairos.operator;

import io.kairos.operator.osartifact.OSArtifactReconciler;
import java.util.List;

/** The areas that this operator consists of. */
final class ControllerModules {
  static final List<ControllerModule> ALL = List.of(OSArtifactReconciler::register);

  private ControllerModules() {}
}
