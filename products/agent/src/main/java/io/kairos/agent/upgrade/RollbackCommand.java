package io.kairos.agent.upgrade;

import io.kairos.agent.AgentLock;
import io.kairos.agent.Interruption;
import io.kairos.agent.Lifecycle;
import io.kairos.agent.Root;
import io.kairos.agent.node.ActionContext;
import io.kairos.agent.node.ActionRunner;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.PlanFormat;
import io.kairos.agent.node.SystemSource;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.BootState;
import io.kairos.boot.Slot;
import io.kairos.boot.SystemRecord;
import io.kairos.boot.SystemRecords;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.host.Host;
import io.kairos.plan.Plan;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code kairos-agent rollback}: the system before becomes the active one again. It is an upgrade
 * to the passive slot's system, with the same care and without hooks.
 */
public final class RollbackCommand {
  private final ActionContext context;
  private final Host machine;
  private final PrintStream out;

  public RollbackCommand(ActionContext context) {
    this.context = context;
    this.machine = context.machine();
    this.out = context.out();
  }

  /**
   * @param view shows the plan instead of following it
   * @throws KairosException when nothing was changed
   */
  public void run(boolean reboots, Optional<PlanFormat> view) {
    BootState boot = BootState.observe(machine);
    if (boot != BootState.ACTIVE && boot != BootState.PASSIVE) {
      throw new Refused(
          "a rollback starts from the active or the passive system, this is " + boot.word(),
          "boot one of them: kairos-agent bootentry --select fallback, then reboot");
    }
    Root.require();
    InstalledNode node = InstalledNode.observe(machine);
    UpgradePlanner.requireUpgradable(node, UpgradeRequest.Target.PREVIOUS);
    Path images = images(node);
    requireAnother(boot, images);
    Config config = new Collector(machine).directories(Collector.USER_DIRECTORIES).collect();
    Host host = context.host(config);
    if (view.isPresent()) {
      context.print(plan(host, images), view.get());
      return;
    }
    try (AgentLock _ = AgentLock.take(machine, "kairos-agent rollback")) {
      rollBack(host, config, images);
    }
    new Lifecycle(host, out).afterwards(reboots, false);
  }

  private static Path images(InstalledNode node) {
    return node.state()
        .flatMap(InstalledNode.Place::mountedAt)
        .map(at -> at.resolve(Slot.FOLDER))
        .orElseThrow(
            () -> new Refused("the state partition is not mounted", "mount it, or reboot"));
  }

  /** A node that was never upgraded has the same system twice. */
  private void requireAnother(BootState boot, Path images) {
    var records = new SystemRecords(machine.kernel(), images);
    if (!Files.isRegularFile(images.resolve(Slot.PASSIVE.file()))) {
      throw new Refused(
          "there is no system before: " + images.resolve(Slot.PASSIVE.file()) + " is missing",
          "upgrade instead: kairos-agent upgrade --source oci:IMAGE");
    }
    if (boot == BootState.ACTIVE && records.isSame(Slot.ACTIVE.file(), Slot.PASSIVE.file())) {
      throw new Refused(
          "there is no other system to go back to: both slots hold the same one",
          "upgrade instead: kairos-agent upgrade --source oci:IMAGE");
    }
  }

  private static Plan<NodeStep> plan(Host host, Path images) {
    return UpgradePlanner.now(
        host,
        UpgradeRequest.of(UpgradeRequest.Target.PREVIOUS),
        new SystemSource.ImageFile(images.resolve(Slot.PASSIVE.file())));
  }

  private void rollBack(Host host, Config config, Path images) {
    ActionRunner runner = context.runner(config);
    try (Interruption _ = Interruption.stops(runner::cancel)) {
      runner.apply(plan(host, images), false);
    }
    String title =
        new SystemRecords(machine.kernel(), images)
            .of(Slot.ACTIVE.file())
            .map(SystemRecord::title)
            .map(" "::concat)
            .orElse("");
    out.println("Rolled back to the system before" + title);
  }
}
