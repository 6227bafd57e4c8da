package io.kairos.operator;

import java.util.List;

/** The areas that this operator consists of. */
final class ControllerModules {
  static final List<ControllerModule> ALL = List.of();

  private ControllerModules() {}
}
