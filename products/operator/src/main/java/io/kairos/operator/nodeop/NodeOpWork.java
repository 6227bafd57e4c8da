package io.kairos.operator.nodeop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Performs the actions of one look: of one node in their order, of several nodes at once, and none
 * of a further node after some time. What is left is planned anew then, from what has come about
 * meanwhile, so that with thousands of nodes a pause, a failure or a deletion is not heeded late.
 */
final class NodeOpWork {
  /** Nodes that are acted on at once; the API server has other clients too. */
  private static final int ABREAST = 8;

  private static final Duration LONGEST = Duration.ofSeconds(15);

  /**
   * What came of it.
   *
   * @param outcomes what has not worked, by node
   * @param isComplete whether nothing is left
   */
  record Done(Map<String, List<Outcome>> outcomes, boolean isComplete) {}

  private final NodeOpPerformer performer;
  private final RecentActions recent;
  private final InstantSource clock;
  private final Map<String, List<Outcome>> outcomes = new ConcurrentHashMap<>();
  private final AtomicBoolean isComplete = new AtomicBoolean(true);
  private final long begin = System.nanoTime();

  NodeOpWork(NodeOpPerformer performer, RecentActions recent, InstantSource clock) {
    this.performer = performer;
    this.recent = recent;
    this.clock = clock;
  }

  /** Nodes are given back before others are taken. */
  Done perform(List<NodeOpAction> actions) {
    performAbreast(actions.stream().filter(NodeOpAction::givesBack).toList());
    performAbreast(actions.stream().filter(action -> !action.givesBack()).toList());
    return new Done(Map.copyOf(outcomes), isComplete.get());
  }

  private void performAbreast(List<NodeOpAction> actions) {
    if (actions.isEmpty()) {
      return;
    }
    Map<String, List<NodeOpAction>> byNode =
        actions.stream()
            .collect(
                Collectors.groupingBy(NodeOpAction::node, LinkedHashMap::new, Collectors.toList()));
    try (var workers = Executors.newFixedThreadPool(ABREAST, Thread.ofVirtual().factory())) {
      List<Future<?>> ends = new ArrayList<>();
      byNode.forEach((node, ofNode) -> ends.add(workers.submit(() -> performOn(node, ofNode))));
      for (Future<?> end : ends) {
        end.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the operator stops");
    } catch (ExecutionException e) {
      throw new IllegalStateException("actions on nodes failed", e.getCause());
    }
  }

  /** What changes something for good is not done after something has failed. */
  private void performOn(String node, List<NodeOpAction> actions) {
    if (System.nanoTime() - begin > LONGEST.toNanos()) {
      isComplete.set(false);
      return;
    }
    var failed = new ArrayList<>(outcomes.getOrDefault(node, List.of()));
    var worked = new HashMap<NodeOpAction, Instant>();
    for (NodeOpAction action : actions) {
      if (action.needsNewest() && !failed.isEmpty()) {
        continue;
      }
      Optional<Outcome> outcome = performer.perform(action);
      outcome.ifPresentOrElse(failed::add, () -> worked.put(action, clock.instant()));
    }
    recent.done(performer.uid(), worked);
    if (!failed.isEmpty()) {
      outcomes.put(node, failed);
    }
  }
}
