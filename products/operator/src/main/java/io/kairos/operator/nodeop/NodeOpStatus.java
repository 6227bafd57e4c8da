package io.kairos.operator.nodeop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;

/**
 * What became of a NodeOp. {@code phase}, {@code nodeStatuses} and {@code lastUpdated} are
 * upstream's; times are RFC 3339 in UTC with whole seconds.
 *
 * @param phase "Running", "Completed" or "Failed"; null before the first look
 * @param retried the value of the retry annotation that was acted upon last
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeOpStatus(
    String phase,
    Map<String, NodeStatus> nodeStatuses,
    String lastUpdated,
    Long observedGeneration,
    List<Condition> conditions,
    Counts counts,
    String message,
    String startTime,
    String completionTime,
    String retried)
    implements StatusOfNodes {
  static final NodeOpStatus EMPTY =
      new NodeOpStatus(null, null, null, null, null, null, null, null, null, null);

  /** How many nodes are where. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Counts(
      int total, int pending, int inProgress, int succeeded, int skipped, int failed) {
    int done() {
      return succeeded + skipped + failed;
    }
  }

  Map<String, NodeStatus> entries() {
    return nodeStatuses == null ? Map.of() : nodeStatuses;
  }

  NodeOpStatus updatedAt(String time) {
    return new NodeOpStatus(
        phase,
        nodeStatuses,
        time,
        observedGeneration,
        conditions,
        counts,
        message,
        startTime,
        completionTime,
        retried);
  }
}
