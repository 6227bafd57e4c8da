package io.kairos.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Proves a property with drawn cases, side by side on all processors. The cases are the same each
 * time; a failure names the least seed that fails, {@code -Dseed=N} runs that one alone, and {@code
 * -Dcases=N} draws more than usual.
 */
public final class Seeds {
  /** No case needs nearly that long: one that does hangs. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private Seeds() {}

  /** One case. Several run at the same time. */
  @FunctionalInterface
  public interface Property {
    void holds(Random random) throws Exception;
  }

  /**
   * @param usually how many cases there are unless {@code -Dcases} says more
   */
  public static void each(int usually, Property property) {
    run(Math.max(usually, Integer.getInteger("cases", 0)), property);
  }

  /**
   * For cases that cost much alone and little together, such as files of one folder.
   *
   * @param usually how often the property is asked unless {@code -Dcases} says more
   * @param atOnce how many cases it draws each time
   */
  public static void batches(int usually, int atOnce, Property property) {
    run(Math.max(usually, Math.ceilDiv(Integer.getInteger("cases", 0), atOnce)), property);
  }

  private static void run(int cases, Property property) {
    Integer one = Integer.getInteger("seed");
    int first = one == null ? 0 : one;
    int end = one == null ? cases : one + 1;
    var next = new AtomicInteger(first);
    List<Worker> workers = new ArrayList<>();
    int most = Math.min(Runtime.getRuntime().availableProcessors(), end - first);
    for (int i = 0; i < most; i++) {
      workers.add(new Worker(property, next, end));
    }
    workers.forEach(Thread::start);
    for (Worker worker : workers) {
      await(worker, workers);
    }
    workers.stream()
        .filter(worker -> worker.failure != null)
        .min((a, b) -> Integer.compare(a.seed, b.seed))
        .ifPresent(
            worker -> {
              throw new AssertionError(
                  "fails with seed " + worker.seed + "; replay it with -Dseed=" + worker.seed,
                  worker.failure);
            });
  }

  private static void await(Worker awaited, List<Worker> workers) {
    try {
      while (!awaited.join(LOOK)) {
        for (Worker worker : workers) {
          if (worker.isAlive() && System.nanoTime() - worker.since > PATIENCE.toNanos()) {
            var stuck = new AssertionError("where it is");
            stuck.setStackTrace(worker.getStackTrace());
            throw new AssertionError(
                "does not end with seed " + worker.seed + "; replay it with -Dseed=" + worker.seed,
                stuck);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Takes the next case until there is none, or one has failed. */
  private static final class Worker extends Thread {
    private final Property property;
    private final AtomicInteger next;
    private final int end;
    private volatile int seed;
    private volatile long since = System.nanoTime();
    private volatile Throwable failure;

    Worker(Property property, AtomicInteger next, int end) {
      super("drawn cases");
      setDaemon(true);
      this.property = property;
      this.next = next;
      this.end = end;
    }

    @Override
    public void run() {
      while (true) {
        int mine = next.getAndIncrement();
        if (mine >= end) {
          return;
        }
        seed = mine;
        since = System.nanoTime();
        try {
          property.holds(new Random(mine));
        } catch (Exception | Error e) {
          failure = e;
          next.set(end); // all lesser seeds are taken by now
          return;
        }
      }
    }
  }
}
