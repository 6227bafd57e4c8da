package io.kairos.plan;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * Performs a graph: each step starts as soon as what it waits for has ended. A failure skips what
 * needs the step, and nothing else; the caller decides from the report what the whole is worth.
 */
public final class GraphApplier {
  private final Clock clock;
  private final Consumer<Result> listener;

  /**
   * @param listener hears each result as it arrives, from several threads
   */
  public GraphApplier(Clock clock, Consumer<Result> listener) {
    this.clock = clock;
    this.listener = listener;
  }

  /** How a step ended. */
  public sealed interface Result {
    String id();

    Policy policy();

    record Applied(String id, Policy policy, Duration took) implements Result {}

    /** It did not apply, or what it needs has failed. */
    record Skipped(String id, Policy policy, String reason, boolean byFailure) implements Result {}

    record Failed(String id, Policy policy, Duration took, RuntimeException cause)
        implements Result {}

    /** What depends on this step can go on. */
    default boolean isGood() {
      return this instanceof Applied || (this instanceof Skipped skipped && !skipped.byFailure());
    }
  }

  /** Thrown by a performer for a step that has nothing to do on this machine. */
  public static final class NotApplicable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotApplicable(String reason) {
      super(reason, null, false, false);
    }
  }

  /** What a performer of graphs does; nothing has to be undone. */
  @FunctionalInterface
  public interface Action<S extends Step> {
    void perform(String id, S step);
  }

  /**
   * @return one result a step, in the order of the graph
   */
  public <S extends Step> List<Result> apply(Graph<S> graph, Action<S> action) {
    if (graph.nodes().size() == 1) {
      Result only = run(graph.nodes().getFirst(), Map.of(), action);
      listener.accept(only);
      return List.of(only);
    }
    Map<String, CompletableFuture<Result>> results = new LinkedHashMap<>();
    graph.nodes().forEach(node -> results.put(node.id(), new CompletableFuture<>()));
    // No virtual threads: their scheduler takes longer to start than most graphs run.
    ThreadFactory factory = Thread.ofPlatform().daemon().factory();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(factory)) {
      for (Graph.Node<S> node : graph.nodes()) {
        threads.execute(
            () -> {
              CompletableFuture<Result> own = results.get(node.id());
              try {
                Result result = run(node, results, action);
                listener.accept(result);
                own.complete(result);
              } catch (Throwable t) { // an Error must reach the caller and release the waiters
                own.completeExceptionally(t);
              }
            });
      }
    }
    List<Result> all = new ArrayList<>();
    for (CompletableFuture<Result> result : results.values()) {
      try {
        all.add(result.join());
      } catch (CompletionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw e;
      }
    }
    return List.copyOf(all);
  }

  private <S extends Step> Result run(
      Graph.Node<S> node, Map<String, CompletableFuture<Result>> results, Action<S> action) {
    node.after().forEach(id -> results.get(id).join());
    for (String id : node.needs()) {
      if (!results.get(id).join().isGood()) {
        return new Result.Skipped(node.id(), node.policy(), "'" + id + "' did not succeed", true);
      }
    }
    Instant start = clock.instant();
    try {
      action.perform(node.id(), node.step());
      return new Result.Applied(node.id(), node.policy(), Duration.between(start, clock.instant()));
    } catch (NotApplicable e) {
      return new Result.Skipped(node.id(), node.policy(), e.getMessage(), false);
    } catch (RuntimeException e) {
      return new Result.Failed(
          node.id(), node.policy(), Duration.between(start, clock.instant()), e);
    }
  }
}
