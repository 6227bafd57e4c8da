package io.kairos.operator.nodeop;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Keeps the entries of a status within what etcd takes. What people need least goes first: the
 * messages of nodes that are well, which phase and step say too; which version a node had before,
 * and when the entry of one that is on its way has changed; then the ends of the reasons why others
 * failed. Events tell all of it.
 */
final class StatusBudget {
  /** Of the 1.5 MiB that etcd takes, the rest being spec, conditions and managed fields. */
  private static final int BYTES = 1_500_000;

  /** Fewer than this fit with all that they can say. */
  private static final int MANY = 500;

  /** What an entry gains on its way: versions, and names of steps that are longer. */
  private static final int GROWTH = 64;

  private static final int SHORTEST = 32;
  private static final String CUT = "...";
  private static final int ESCAPED = 6;

  /** One after the other, until all fits. */
  private static final List<UnaryOperator<NodeStatus>> REDUCTIONS =
      List.of(
          StatusBudget::withoutMessage,
          StatusBudget::withoutHistory,
          entry -> cut(entry, 256),
          entry -> cut(entry, 128),
          entry -> cut(entry, 64),
          entry -> cut(entry, SHORTEST));

  private StatusBudget() {}

  /** The same entries, reduced as far as that is needed. */
  static Map<String, NodeStatus> fitted(Map<String, NodeStatus> entries) {
    Map<String, NodeStatus> fitted = entries;
    if (entries.size() < MANY) {
      return fitted;
    }
    for (UnaryOperator<NodeStatus> reduction : REDUCTIONS) {
      if (size(fitted) <= BYTES) {
        return fitted;
      }
      fitted = changed(fitted, reduction);
    }
    return fitted;
  }

  /**
   * How many nodes more may be started, for all to fit until they are done.
   *
   * @param entries of those that were
   * @param node the longest name of those that were not
   * @param next its entry
   */
  static int room(Map<String, NodeStatus> entries, String node, NodeStatus next) {
    long used =
        entries.entrySet().stream()
            .mapToLong(entry -> grown(entry.getKey(), entry.getValue()))
            .sum();
    return (int) Math.max(0, (BYTES - used) / grown(node, next));
  }

  private static int grown(String node, NodeStatus entry) {
    NodeStatus least = entry;
    for (UnaryOperator<NodeStatus> reduction : REDUCTIONS) {
      least = reduction.apply(least);
    }
    return size(node, least) + (entry.isInFlight() ? GROWTH : 0);
  }

  private static Map<String, NodeStatus> changed(
      Map<String, NodeStatus> entries, UnaryOperator<NodeStatus> change) {
    var changed = new TreeMap<String, NodeStatus>();
    entries.forEach((node, entry) -> changed.put(node, change.apply(entry)));
    return changed;
  }

  private static NodeStatus withoutMessage(NodeStatus entry) {
    return entry.isFailed() ? entry : entry.draft().message(null).done();
  }

  private static NodeStatus withoutHistory(NodeStatus entry) {
    return entry
        .draft()
        .versions(null, entry.toVersion())
        .lastUpdated(entry.isInFlight() ? null : entry.lastUpdated()) // it has "since"
        .done();
  }

  private static NodeStatus cut(NodeStatus entry, int length) {
    String message = entry.message();
    return message == null || message.length() <= length
        ? entry
        : entry.draft().message(message.substring(0, length - CUT.length()) + CUT).done();
  }

  private static long size(Map<String, NodeStatus> entries) {
    return entries.entrySet().stream()
        .mapToLong(entry -> size(entry.getKey(), entry.getValue()))
        .sum();
  }

  /** Bytes of JSON as Go writes it, at most. */
  private static int size(String node, NodeStatus entry) {
    int size = quoted(node) + ":{},".length();
    size += field("phase", entry.phase());
    size += field("jobName", entry.jobName());
    size += field("message", entry.message());
    size += field("rebootStatus", entry.rebootStatus());
    size += field("lastUpdated", entry.lastUpdated());
    size += field("step", entry.step() == null ? null : entry.step().name());
    size += field("since", entry.since());
    size += field("attempt", entry.attempt() == null ? null : entry.attempt().toString());
    size += field("reason", entry.reason());
    size += field("bootID", entry.bootID());
    size += field("fromVersion", entry.fromVersion());
    size += field("toVersion", entry.toVersion());
    return size + field("bootState", entry.bootState());
  }

  private static int field(String name, String value) {
    return value == null ? 0 : quoted(name) + ":,".length() + quoted(value);
  }

  private static int quoted(String text) {
    int size = 2;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= ' ' && c < 0x7F && "\"\\<>&".indexOf(c) < 0;
      size += plain ? 1 : ESCAPED;
    }
    return size;
  }
}
