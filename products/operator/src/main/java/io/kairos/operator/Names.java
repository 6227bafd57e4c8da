package io.kairos.operator;

/** What clients, dashboards and scripts know objects by; see docs/reference of the operator. */
public final class Names {
  /** The group of NodeOp and NodeOpUpgrade. */
  public static final String OPERATOR_GROUP = "operator.kairos.io";

  /** The group of OSArtifact. */
  public static final String BUILD_GROUP = "build.kairos.io";

  private Names() {}
}
