package io.kairos.agent.upgrade;

import io.kairos.agent.AgentLock;
import io.kairos.agent.CheckedConfig;
import io.kairos.agent.Interruption;
import io.kairos.agent.Lifecycle;
import io.kairos.agent.Root;
import io.kairos.agent.node.ActionContext;
import io.kairos.agent.node.ActionRunner;
import io.kairos.agent.node.InstalledNode;
import io.kairos.agent.node.NodeStep;
import io.kairos.agent.node.OtherSystems;
import io.kairos.agent.node.PlanFormat;
import io.kairos.agent.node.PlanView;
import io.kairos.agent.node.SourceOpening;
import io.kairos.agent.node.SystemSource;
import io.kairos.agent.upgrade.UpgradeRequest.Target;
import io.kairos.base.KairosException;
import io.kairos.base.Refused;
import io.kairos.boot.BootState;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.ImageConfig;
import io.kairos.config.UpgradeConfig;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.images.ImageSource;
import io.kairos.plan.Plan;
import io.kairos.plan.StepProgress;
import io.kairos.stages.AdminUser;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code kairos-agent upgrade}: from the words of the user to another system that boots next. */
public final class UpgradeCommand {
  private final ActionContext context;
  private final Host machine;
  private final PrintStream out;

  public UpgradeCommand(ActionContext context) {
    this.context = context;
    this.machine = context.machine();
    this.out = context.out();
  }

  /**
   * @throws KairosException when nothing was upgraded, or not everything
   */
  public void run(UpgradeArguments arguments) {
    UpgradePlanner.requireInstalled(BootState.observe(machine));
    Root.require();
    InstalledNode node = InstalledNode.observe(machine);
    Config config = collected(arguments);
    CheckedConfig.require(config, machine, arguments.isStrict(), context.err());
    AdminUser.require(config, machine);
    targets(arguments, config.agent().upgrade())
        .forEach(target -> UpgradePlanner.requireUpgradable(node, target));
    Host host = context.host(config);
    if (arguments.view().isPresent()) {
      show(arguments, config, host, node);
      return;
    }
    try (AgentLock _ = AgentLock.take(machine, "kairos-agent upgrade")) {
      upgrade(arguments, config, host, node);
    }
    UpgradeConfig upgrade = config.agent().upgrade();
    new Lifecycle(host, out)
        .afterwards(arguments.reboots() || upgrade.reboot(), upgrade.poweroff());
  }

  private Config collected(UpgradeArguments arguments) {
    var collector = new Collector(machine).directories(directories());
    Map<String, Object> flags = new LinkedHashMap<>();
    if (arguments.allowsInsecureRegistries()) {
      flags.put("allow-insecure-registries", true);
    }
    if (!arguments.leftOut().isEmpty()) {
      flags.put("excluded-paths", List.copyOf(arguments.leftOut()));
    }
    if (!flags.isEmpty()) {
      collector.reader(Json.write(Map.of("upgrade", flags)));
    }
    return collector.collect();
  }

  /** In a pod of Kubernetes the node's files are below a folder. */
  private List<String> directories() {
    if (context.environment().getOrDefault("KUBERNETES_SERVICE_HOST", "").isEmpty()) {
      return Collector.USER_DIRECTORIES;
    }
    String node = context.environment().getOrDefault("HOST_DIR", "");
    String prefix = node.isEmpty() ? "/host" : node;
    return Collector.USER_DIRECTORIES.stream().map(prefix::concat).toList();
  }

  private static List<Target> targets(UpgradeArguments arguments, UpgradeConfig config) {
    return switch (arguments.what()) {
      case ALL -> List.of(Target.ACTIVE, Target.RECOVERY);
      case RECOVERY -> List.of(Target.RECOVERY);
      case USUAL -> List.of(config.upgradesRecovery() ? Target.RECOVERY : Target.ACTIVE);
    };
  }

  private static ImageConfig image(Target target, UpgradeConfig config) {
    return target == Target.ACTIVE ? config.system() : config.recoverySystem();
  }

  private static ImageSource source(
      UpgradeArguments arguments, Target target, UpgradeConfig config) {
    String key =
        target == Target.ACTIVE ? "upgrade.system.source" : "upgrade.recovery-system.source";
    return ImageSource.parse(
        arguments
            .source()
            .or(() -> image(target, config).source())
            .orElseThrow(
                () ->
                    new Refused(
                        target == Target.ACTIVE
                            ? "could not find a proper source for the upgrade"
                            : "could not find a proper source for the recovery upgrade",
                        "give --source oci:IMAGE, or set " + key + " in the configuration")));
  }

  private static UpgradeRequest request(UpgradeArguments arguments, Config config, Target target) {
    UpgradeConfig upgrade = config.agent().upgrade();
    return new UpgradeRequest(
        target,
        image(target, upgrade).size(),
        config.position("upgrade.grub-entry-name").map(_ -> upgrade.grubEntryName()),
        upgrade.extraDirectories(),
        upgrade.excludedPaths(),
        arguments.isStrict() || config.agent().stages().strict());
  }

  // ---- plans

  private void show(UpgradeArguments arguments, Config config, Host host, InstalledNode node) {
    List<Plan<NodeStep>> plans = new ArrayList<>();
    for (Target target : targets(arguments, config.agent().upgrade())) {
      ImageSource source = source(arguments, target, config.agent().upgrade());
      SourceOpening opening = context.opening(node, config);
      if (source instanceof ImageSource.OciImage) {
        context.err().println("note: sizes are known once " + source + " has been fetched");
        plans.add(ActionRunner.fetching(opening, source));
        SystemSource unseen = new SystemSource.Unseen(source.toString());
        plans.add(UpgradePlanner.now(host, request(arguments, config, target), unseen));
      } else {
        plans.add(
            UpgradePlanner.now(
                host,
                request(arguments, config, target),
                opening.open(source, StepProgress.IGNORED)));
      }
    }
    if (arguments.view().get() == PlanFormat.JSON) {
      out.print(Json.pretty(Map.of("plans", plans.stream().map(PlanView::of).toList())));
    } else {
      plans.forEach(plan -> out.print(plan.render()));
    }
    out.flush();
  }

  // ---- the upgrade

  private void upgrade(UpgradeArguments arguments, Config config, Host host, InstalledNode node) {
    ActionRunner runner = context.runner(config);
    SourceOpening opening = context.opening(node, config);
    try (Interruption _ = Interruption.stops(runner::cancel)) {
      for (Target target : targets(arguments, config.agent().upgrade())) {
        ImageSource source = source(arguments, target, config.agent().upgrade());
        UpgradeRequest request = request(arguments, config, target);
        // Its parts are read from where they are until it is in its slot.
        try (OtherSystems others = others(source, host)) {
          SystemSource system = runner.fetch(opening.reusing(others.trees()), source);
          runner.apply(UpgradePlanner.now(host, request, system), request.isStrict());
        }
        out.println(
            target == Target.ACTIVE
                ? "Upgraded the active system; the recovery system has an upgrade of its own:"
                    + " kairos-agent upgrade --recovery"
                : "Upgraded the recovery system");
      }
      runner.forget(opening);
    }
  }

  /** Whose files are not fetched. */
  private OtherSystems others(ImageSource source, Host host) {
    return source instanceof ImageSource.OciImage
        ? OtherSystems.mount(host, context.err()::println)
        : OtherSystems.none();
  }
}
