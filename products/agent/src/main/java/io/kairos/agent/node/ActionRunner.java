package io.kairos.agent.node;

import io.kairos.agent.Stages;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.BootStep;
import io.kairos.host.Host;
import io.kairos.images.ImageSource;
import io.kairos.plan.Applier;
import io.kairos.plan.Faults;
import io.kairos.plan.Performer;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import io.kairos.plan.Undo;
import io.kairos.storage.DiskPerformer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Follows the plans of one action, which can be cancelled from another thread. */
public final class ActionRunner {
  private final Host host;
  private final NodePerformer performer;
  private final Progress progress;
  private final Faults faults;
  private final AtomicReference<Applier> running = new AtomicReference<>();

  /**
   * @param roots opens a mounted image as the root of another system
   */
  public ActionRunner(Host host, Function<Path, Host> roots, Stages stages, Progress progress) {
    this(host, roots, new BootPerformer(host, roots), stages, progress, Faults.NONE);
  }

  /**
   * @param faults where tests cut the power
   */
  public ActionRunner(
      Host host,
      Function<Path, Host> roots,
      Performer<BootStep> boot,
      Stages stages,
      Progress progress,
      Faults faults) {
    this.host = host;
    this.progress = progress;
    this.faults = faults;
    this.performer = new NodePerformer(host, roots, new DiskPerformer(host), boot, stages);
  }

  /** What fetching does, for whoever wants to see a plan. */
  public static Plan<NodeStep> fetching(SourceOpening opening, ImageSource source) {
    Plan.Builder<NodeStep> plan = Plan.<NodeStep>named("fetch").milestone("fetch");
    opening.storeOn().ifPresent(plan::must);
    return plan.must(new NodeStep.Fetch(source, opening.store())).build();
  }

  /** Brings the system here, and nothing of the node changes but the store. */
  public SystemSource fetch(SourceOpening opening, ImageSource source) {
    var opened = new AtomicReference<SystemSource>();
    apply(
        fetching(opening, source),
        (step, stepProgress) -> {
          if (step instanceof NodeStep.Fetch) {
            opened.set(opening.open(source, stepProgress));
            return Undo.NOTHING;
          }
          return performer.perform(step, stepProgress);
        },
        false);
    return opened.get();
  }

  /** Nothing that was fetched is needed any more. */
  public void forget(SourceOpening opening) {
    if (opening.storeOn().isEmpty() && !Files.exists(opening.store())) {
      return;
    }
    Plan.Builder<NodeStep> plan = Plan.<NodeStep>named("clean up").milestone("clean up");
    opening.storeOn().ifPresent(plan::must);
    apply(plan.must(new NodeStep.DeleteStore(opening.store())).build(), false);
  }

  /**
   * @throws io.kairos.base.KairosException when it did not succeed; everything it held is released
   */
  public void apply(Plan<NodeStep> plan, boolean isStrict) {
    apply(plan, performer, isStrict);
  }

  private void apply(Plan<NodeStep> plan, Performer<NodeStep> how, boolean isStrict) {
    var applier = new Applier(host.clock(), progress, faults, isStrict);
    running.set(applier);
    applier.apply(plan, how);
  }

  /** Ends the action before its next step. Called from any thread. */
  public void cancel() {
    Applier applier = running.get();
    if (applier != null) {
      applier.cancel();
    }
  }
}
