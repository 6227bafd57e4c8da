package io.kairos.operator.nodeop;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was done so short a time ago that the watch may not show it yet. Doing it again would do no
 * harm but asks the API server, for thousands of nodes, what it has just said. Safe for use by
 * several threads.
 */
final class RecentActions {
  /** Shorter than the time after which the planner looks for what has not come about. */
  private static final Duration REMEMBERED = Duration.ofSeconds(4);

  /** By uid of the NodeOp. */
  private final Map<String, Map<NodeOpAction, Instant>> done = new ConcurrentHashMap<>();

  /** Those that were not done just now. */
  List<NodeOpAction> without(String uid, List<NodeOpAction> wanted, Instant now) {
    Map<NodeOpAction, Instant> recent = done.getOrDefault(uid, Map.of());
    recent.values().removeIf(time -> !time.plus(REMEMBERED).isAfter(now));
    return wanted.stream().filter(action -> !recent.containsKey(action)).toList();
  }

  void done(String uid, Map<NodeOpAction, Instant> worked) {
    done.computeIfAbsent(uid, key -> new ConcurrentHashMap<>()).putAll(worked);
  }

  void forget(String uid) {
    done.remove(uid);
  }
}
