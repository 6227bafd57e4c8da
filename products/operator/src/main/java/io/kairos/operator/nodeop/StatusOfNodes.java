package io.kairos.operator.nodeop;

import io.fabric8.kubernetes.api.model.Condition;
import io.kairos.operator.nodeop.NodeOpStatus.Counts;
import java.util.List;
import java.util.Map;

/** What the statuses of NodeOp and NodeOpUpgrade have in common; any of it may be null. */
public interface StatusOfNodes {
  String phase();

  String message();

  Long observedGeneration();

  List<Condition> conditions();

  Counts counts();

  Map<String, NodeStatus> nodeStatuses();
}
