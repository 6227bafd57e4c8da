package io.kairos.plan;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Performs any plan: tells its progress, applies each step's policy, and releases what the steps
 * hold, newest first, however the plan ends.
 */
public final class Applier {
  private final Clock clock;
  private final Progress progress;
  private final Faults faults;
  private final boolean strict;
  private final AtomicBoolean cancelled = new AtomicBoolean();

  public Applier(Clock clock, Progress progress) {
    this(clock, progress, Faults.NONE, false);
  }

  public Applier(Clock clock, Progress progress, Faults faults, boolean strict) {
    this.clock = clock;
    this.progress = progress;
    this.faults = faults;
    this.strict = strict;
  }

  /**
   * A step that took time.
   *
   * @param failure empty when it succeeded
   */
  public record Done(Step step, Duration took, java.util.Optional<RuntimeException> failure) {}

  /** Ends the plan before its next step; what is held is released. Called from any thread. */
  public void cancel() {
    cancelled.set(true);
  }

  /**
   * @return each performed step with its time; failures are those that the policy let pass
   * @throws RuntimeException the failure of a step that must not fail; failures of releases are its
   *     suppressed exceptions
   */
  public <S extends Step> List<Done> apply(Plan<S> plan, Performer<S> performer) {
    Instant begin = clock.instant();
    Deque<Held> held = new ArrayDeque<>();
    List<Done> done = new ArrayList<>();
    RuntimeException fatal = null;
    try {
      int index = 0;
      for (Plan.Entry<S> entry : plan.entries()) {
        if (cancelled.get() || Thread.currentThread().isInterrupted()) {
          throw new Cancelled(plan.name());
        }
        perform(plan, entry, index++, performer, held, done);
      }
    } catch (RuntimeException e) {
      fatal = e;
    } catch (Faults.PowerLoss e) {
      held.clear();
      throw e;
    }
    fatal = release(held, fatal);
    progress.on(
        new Progress.Event.Ended(
            plan.name(), Duration.between(begin, clock.instant()), fatal == null));
    if (fatal != null) {
      throw fatal;
    }
    return List.copyOf(done);
  }

  private record Held(Step step, Undo undo) {}

  private <S extends Step> void perform(
      Plan<S> plan,
      Plan.Entry<S> entry,
      int index,
      Performer<S> performer,
      Deque<Held> held,
      List<Done> done) {
    S step = entry.step();
    progress.on(
        new Progress.Event.Started(
            plan.name(), index, plan.entries().size(), step, entry.milestone()));
    Instant start = clock.instant();
    try {
      faults.before(index, step);
      Undo undo = performer.perform(step, new Reporter(step));
      if (!undo.equals(Undo.NOTHING)) {
        held.push(new Held(step, undo));
      }
      faults.after(index, step);
      Duration took = Duration.between(start, clock.instant());
      done.add(new Done(step, took, java.util.Optional.empty()));
      progress.on(new Progress.Event.Finished(step, took));
    } catch (RuntimeException failure) {
      boolean ends = entry.policy().endsPlan(strict);
      done.add(
          new Done(step, Duration.between(start, clock.instant()), java.util.Optional.of(failure)));
      progress.on(new Progress.Event.Failed(step, entry.policy(), ends, failure));
      if (ends) {
        throw failure;
      }
    }
  }

  /** An interrupt ends the plan; what it holds is released all the same, by interruptible calls. */
  private RuntimeException release(Deque<Held> held, RuntimeException fatal) {
    boolean interrupted = Thread.interrupted();
    try {
      return releaseAll(held, fatal);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private RuntimeException releaseAll(Deque<Held> held, RuntimeException fatal) {
    RuntimeException failure = fatal;
    while (!held.isEmpty()) {
      Held next = held.pop();
      try {
        next.undo().release();
        progress.on(new Progress.Event.Released(next.step(), java.util.Optional.empty()));
      } catch (RuntimeException e) {
        progress.on(new Progress.Event.Released(next.step(), java.util.Optional.of(e)));
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }

  private final class Reporter implements StepProgress {
    private final Step step;

    private Reporter(Step step) {
      this.step = step;
    }

    @Override
    public void done(long amount, long total) {
      progress.on(new Progress.Event.Advanced(step, amount, total));
    }

    @Override
    public void detail(String line) {
      progress.on(new Progress.Event.Detail(step, line));
    }
  }

  /** Somebody asked the plan to stop; everything it held has been released. */
  public static final class Cancelled extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Cancelled(String plan) {
      super(plan + " was cancelled");
    }
  }
}
