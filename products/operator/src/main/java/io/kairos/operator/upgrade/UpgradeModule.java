package io.kairos.operator.upgrade;

import io.kairos.operator.ControllerModule;
import io.kairos.operator.OperatorContext;

/** The controller of NodeOpUpgrades. */
public final class UpgradeModule implements ControllerModule {
  @Override
  public void register(OperatorContext context, Registrar registrar) {
    registrar.reconciler("nodeopupgrade", new UpgradeReconciler(context), settings -> {});
  }
}
