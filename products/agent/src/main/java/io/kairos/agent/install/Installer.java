package io.kairos.agent.install;

import io.kairos.agent.Stages;
import io.kairos.agent.node.ActionRunner;
import io.kairos.agent.node.SourceFacts;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.Refused;
import io.kairos.boot.BootPerformer;
import io.kairos.boot.BootStep;
import io.kairos.host.Host;
import io.kairos.plan.Faults;
import io.kairos.plan.Performer;
import io.kairos.plan.Progress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Observes, plans, lets hooks prepare the machine, observes and plans again, and installs. */
public final class Installer {
  private static final System.Logger LOG = System.getLogger(Installer.class.getName());

  private final Host host;
  private final ActionRunner runner;

  /**
   * @param roots opens a mounted image as the root of another system
   */
  public Installer(Host host, Function<Path, Host> roots, Stages stages, Progress progress) {
    this(host, roots, new BootPerformer(host, roots), stages, progress, Faults.NONE);
  }

  /**
   * @param faults where tests cut the power
   */
  public Installer(
      Host host,
      Function<Path, Host> roots,
      Performer<BootStep> boot,
      Stages stages,
      Progress progress,
      Faults faults) {
    this.host = host;
    this.runner = new ActionRunner(host, roots, boot, stages, progress, faults);
  }

  /** What {@link #install} would do now. */
  public InstallPlan plan(InstallRequest request) {
    return planner(request).plan();
  }

  private InstallPlanner planner(InstallRequest request) {
    Machine machine = Machine.observe(host);
    SystemSource source =
        request
            .source()
            .or(() -> machine.liveRoot().map(SystemSource.Tree::new))
            .orElseThrow(
                () ->
                    new Refused(
                        "undefined system source to install",
                        "boot from an installation medium, or set install.source to dir:/path"));
    return new InstallPlanner(machine, request, source, SourceFacts.measure(host, source));
  }

  /**
   * @param notes hears what a person should know, before anything is changed
   * @throws io.kairos.base.KairosException when it did not succeed; everything it held is released
   */
  public void install(InstallRequest request, Consumer<String> notes) {
    InstallPlanner first = planner(request);
    // The partitions that are kept may be made by the hooks: only then there is something to plan.
    Optional<InstallPlan> expected =
        request.noFormat().isPresent() ? Optional.empty() : Optional.of(first.plan());
    expected.ifPresent(plan -> plan.notes().forEach(notes));
    runner.apply(first.preparation(), request.isStrict());
    InstallPlan now = plan(request);
    if (expected.isEmpty()) {
      now.notes().forEach(notes);
    }
    if (expected.filter(before -> !before.plan().equals(now.plan())).isPresent()) {
      LOG.log(System.Logger.Level.INFO, "the hooks of kairos-install.pre changed the plan");
    }
    runner.apply(now.plan(), request.isStrict());
  }

  /** Ends the installation before its next step. Called from any thread. */
  public void cancel() {
    runner.cancel();
  }
}
