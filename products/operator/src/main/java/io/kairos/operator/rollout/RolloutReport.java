package io.kairos.operator.rollout;

import io.kairos.operator.nodeop.NodeOpStatus;
import io.kairos.operator.nodeop.NodeStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a rollout looks like at one moment.
 *
 * @param summary one line over all nodes
 * @param nodes one line for each node that was started, by name
 * @param finished whether nothing will happen any more
 * @param failed whether a node has failed, or nothing could be done
 */
public record RolloutReport(
    String summary, Map<String, String> nodes, boolean finished, boolean failed) {

  public static RolloutReport of(NodeOpStatus status, Instant now) {
    var nodes = new TreeMap<String, String>();
    Map<String, NodeStatus> entries =
        status.nodeStatuses() == null ? Map.of() : status.nodeStatuses();
    entries.forEach((name, entry) -> nodes.put(name, line(entry)));
    return new RolloutReport(
        summary(status, now),
        nodes,
        status.completionTime() != null,
        "Failed".equals(status.phase()));
  }

  /** The lines that say something else than before; the summary comes last, if anything does. */
  public List<String> since(RolloutReport before) {
    var lines = new ArrayList<String>();
    nodes.forEach(
        (name, line) -> {
          if (!line.equals(before.nodes().get(name))) {
            lines.add("  " + name + ": " + line);
          }
        });
    if (!lines.isEmpty() || !withoutEstimate(summary).equals(withoutEstimate(before.summary()))) {
      lines.add(summary);
    }
    return lines;
  }

  /** Before anything was seen. */
  public static RolloutReport none() {
    return new RolloutReport("", Map.of(), false, false);
  }

  private static String withoutEstimate(String summary) {
    return summary.replaceFirst(", about .* left$", "");
  }

  private static String line(NodeStatus entry) {
    String step = entry.step() == null ? entry.phase() : entry.step().name();
    String attempt = entry.attempt() == null ? "" : " (attempt " + entry.attempt() + ")";
    String versions =
        entry.toVersion() == null
            ? ""
            : " [" + entry.fromVersion() + " -> " + entry.toVersion() + "]";
    String reason = entry.reason() == null ? "" : " " + entry.reason() + ":";
    return step + attempt + reason + " " + entry.message() + versions;
  }

  private static String summary(NodeOpStatus status, Instant now) {
    String text = status.message() == null ? "not looked at yet" : status.message();
    return status.phase() == null
        ? text
        : status.phase()
            + ": "
            + text
            + estimate(status, now).map(", about %s left"::formatted).orElse("");
  }

  /** By the time that the nodes before have taken, if there were any. */
  private static Optional<String> estimate(NodeOpStatus status, Instant now) {
    var counts = status.counts();
    if (counts == null || status.startTime() == null || status.completionTime() != null) {
      return Optional.empty();
    }
    int done = counts.succeeded() + counts.skipped() + counts.failed();
    int left = counts.total() - done;
    if (done == 0 || left == 0) {
      return Optional.empty();
    }
    Duration spent = Duration.between(Instant.parse(status.startTime()), now);
    long minutes =
        Math.max(1, spent.multipliedBy(left).dividedBy(done).plusSeconds(59).toMinutes());
    return Optional.of(minutes + " min");
  }
}
