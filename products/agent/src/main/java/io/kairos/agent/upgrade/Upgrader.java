package io.kairos.agent.upgrade;

import io.kairos.agent.Stages;
import io.kairos.agent.node.NodePerformer;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
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
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Fetches, observes, plans and upgrades. */
public final class Upgrader {
  private final Host host;
  private final NodePerformer performer;
  private final Progress progress;
  private final Faults faults;
  private final AtomicReference<Applier> running = new AtomicReference<>();

  /**
   * @param roots opens a mounted image as the root of another system
   */
  public Upgrader(Host host, Function<Path, Host> roots, Stages stages, Progress progress) {
    this(host, roots, new BootPerformer(host, roots), stages, progress, Faults.NONE);
  }

  Upgrader(
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
  static Plan<NodeStep> fetching(ImageSource source, Path store) {
    return Plan.<NodeStep>named("fetch")
        .milestone("fetch")
        .must(new NodeStep.Fetch(source, store))
        .build();
  }

  /** Brings the system here, and nothing of the node changes but the store. */
  SystemSource fetch(SourceOpening opening, ImageSource source) {
    var opened = new AtomicReference<SystemSource>();
    apply(
        fetching(source, opening.store()),
        (_, step) -> {
          opened.set(opening.open(source, step));
          return Undo.NOTHING;
        },
        false);
    return opened.get();
  }

  /** What {@link #upgrade} would do now. */
  public Plan<NodeStep> plan(UpgradeRequest request, SystemSource source) {
    return new UpgradePlanner(
            InstalledNode.observe(host), request, source, SourceFacts.measure(source))
        .plan();
  }

  /**
   * @throws io.kairos.base.KairosException when it did not succeed; everything it held is released,
   *     and the node boots what it booted before, or the new system when that is in its role
   */
  public void upgrade(UpgradeRequest request, SystemSource source) {
    apply(plan(request, source), performer, request.isStrict());
  }

  private void apply(Plan<NodeStep> plan, Performer<NodeStep> how, boolean isStrict) {
    var applier = new Applier(host.clock(), progress, faults, isStrict);
    running.set(applier);
    applier.apply(plan, how);
  }

  /** Ends the upgrade before its next step. Called from any thread. */
  public void cancel() {
    Applier applier = running.get();
    if (applier != null) {
      applier.cancel();
    }
  }
}
