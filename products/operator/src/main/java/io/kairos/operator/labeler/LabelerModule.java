package io.kairos.operator.labeler;

import io.kairos.operator.ControllerModule;
import io.kairos.operator.OperatorContext;

/** The controller of the node labeler. */
public final class LabelerModule implements ControllerModule {
  @Override
  public void register(OperatorContext context, Registrar registrar) {
    registrar.whileLeading("node-labeler", new LabelerController(context)::run);
  }
}
