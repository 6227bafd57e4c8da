package io.kairos.operator.upgrade;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.kairos.operator.nodeop.NodeOpStatus.Counts;
import io.kairos.operator.nodeop.NodeStatus;
import io.kairos.operator.nodeop.StatusOfNodes;
import java.util.List;
import java.util.Map;

/**
 * What has become of a NodeOpUpgrade.
 *
 * @param phase "Initializing", then that of the NodeOp
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeOpUpgradeStatus(
    String phase,
    String nodeOpName,
    Map<String, NodeStatus> nodeStatuses,
    String message,
    String lastUpdated,
    Long observedGeneration,
    List<Condition> conditions,
    Counts counts)
    implements StatusOfNodes {
  static final NodeOpUpgradeStatus EMPTY =
      new NodeOpUpgradeStatus(null, null, null, null, null, null, null, null);

  NodeOpUpgradeStatus updatedAt(String time) {
    return new NodeOpUpgradeStatus(
        phase, nodeOpName, nodeStatuses, message, time, observedGeneration, conditions, counts);
  }
}
