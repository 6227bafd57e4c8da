package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;

/** What the schema cannot check, or could not where an older one was installed. */
final class NodeOpValidation {
  private NodeOpValidation() {}

  /**
   * @throws InvalidConfig for the first thing that makes no sense
   */
  static void check(NodeOpSpec spec) {
    if (spec.command() == null) {
      throw invalid("spec.command is missing", "write the command and its arguments as a list");
    }
    new Selector(spec.nodeSelector()).validate();
    MaintenanceWindows.of(spec.maintenanceWindows());
    IntOrString unavailable = spec.maxUnavailable();
    if (unavailable != null
        && unavailable.getIntVal() == null
        && !String.valueOf(unavailable.getStrVal()).matches("[1-9][0-9]?%|100%")) {
      throw invalid(
          "spec.maxUnavailable: '" + unavailable.getStrVal() + "' is no number and no share",
          "write for example 2 or 10%");
    }
    if (spec.preflight() != null && spec.preflight().command() == null) {
      throw invalid("spec.preflight.command is missing", "write the command as a list");
    }
  }

  private static InvalidConfig invalid(String what, String remedy) {
    return new InvalidConfig(Problem.of(what).withRemedy(remedy));
  }
}
