package io.kairos.dist.node;

import io.kairos.agent.health.HealthCommand;
import io.kairos.agent.node.ActionContext;
import io.kairos.agent.upgrade.RollbackCommand;
import io.kairos.base.Refused;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
import io.kairos.dist.cli.Verb;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** The commands of {@code kairos-agent} about a system that may have to go again. */
record HealthVerbs(Console console, Function<Parameters, ActionContext> context) {
  List<Verb> all() {
    return List.of(health(), rollback());
  }

  private Verb health() {
    Option assess =
        Option.flag("assess", "keep a new system that is healthy, leave one that is not");
    Option timeout =
        Option.value("timeout", "SECONDS", "how long what fails may go on failing").orElse("0");
    return Verb.named("health")
        .summary("whether this node is healthy")
        .description(
            """
            Healthy is a node whose services have started, which has reached boot-complete.target, and on
            which every step of the stage health succeeds: put your own checks there. With --assess, as
            the service kairos-health runs it after a boot, a new system that is healthy stays; one that
            is not within upgrade.health-timeout (10m) is left: the node reboots to the system before and
            keeps the reason. Needs root.
            """)
        .option(assess)
        .option(timeout)
        .option(AgentProgram.OUTPUT)
        .example("kairos-agent health", "healthy, or why not; exit code 0 or 1")
        .example("kairos-agent health --timeout 120", "waits two minutes for it")
        .seeAlso("kairos-agent rollback")
        .runs(
            given -> {
              var command = new HealthCommand(context.apply(given));
              if (given.has(assess)) {
                command.assess();
                return 0;
              }
              boolean isHealthy =
                  command.check(
                      seconds(given.require(timeout)),
                      given.require(AgentProgram.OUTPUT).equals("json"));
              return isHealthy ? 0 : 1;
            });
  }

  private static Duration seconds(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw new Refused("--timeout " + text + " is no number of seconds", "write --timeout 120");
    }
    return Duration.ofSeconds(Long.parseLong(text));
  }

  private Verb rollback() {
    Option reboot = Option.flag("reboot", "reboot when done");
    return Verb.named("rollback")
        .summary("make the system before the active one again")
        .description(
            """
            Puts the passive slot's system into the active slot, as carefully as an upgrade; the active
            system becomes the passive one, unless it never came up. Data and configuration stay as they
            are. Needs root.
            """)
        .option(reboot)
        .option(AgentProgram.PLAN)
        .option(AgentProgram.OUTPUT)
        .example("kairos-agent rollback --reboot", "starts the system before, for good")
        .example("kairos-agent rollback --plan", "shows every step")
        .seeAlso("kairos-agent upgrade")
        .runs(
            given -> {
              new RollbackCommand(context.apply(given))
                  .run(given.has(reboot), AgentProgram.view(given));
              return 0;
            });
  }
}
