package io.kairos.agent.node;

import io.kairos.agent.HostWithEnvironment;
import io.kairos.agent.Stages;
import io.kairos.config.Config;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.plan.ConsoleProgress;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * Where the commands act that change a node.
 *
 * @param roots opens a mounted image as the root of another system
 * @param stages runs stages as this configuration wants
 */
public record ActionContext(
    Host machine,
    Function<Path, Host> roots,
    Function<Config, Stages> stages,
    Map<String, String> environment,
    PrintStream out,
    PrintStream err) {

  /** The machine, whose programs see what the configuration sets for them. */
  public Host host(Config config) {
    return HostWithEnvironment.of(machine, config.agent().env());
  }

  /** What is fetched, and where to. */
  public SourceOpening opening(InstalledNode node, Config config) {
    return SourceOpening.of(host(config), node, config, environment, out::println);
  }

  /** Follows plans, and shows people how far they are. */
  public ActionRunner runner(Config config) {
    return runner(
        config, ConsoleProgress.on(out).and(JournalProgress.of(machine, environment, err)));
  }

  public ActionRunner runner(Config config, Progress progress) {
    Function<Path, Host> images =
        roots.andThen(image -> HostWithEnvironment.of(image, config.agent().env()));
    return new ActionRunner(host(config), images, stages.apply(config), progress);
  }

  /** Shows a plan instead of following it. */
  public void print(Plan<NodeStep> plan, PlanFormat format) {
    out.print(format == PlanFormat.JSON ? Json.pretty(PlanView.of(plan)) : plan.render());
    out.flush();
  }
}
