package io.kairos.operator;

import io.kairos.operator.labeler.LabelerModule;
import io.kairos.operator.nodeop.NodeOpModule;
import io.kairos.operator.upgrade.UpgradeModule;
import java.util.List;

/** The areas that this operator consists of. */
public final class ControllerModules {
  public static final List<ControllerModule> ALL =
      List.of(new NodeOpModule(), new UpgradeModule(), new LabelerModule());

  private ControllerModules() {}
}
