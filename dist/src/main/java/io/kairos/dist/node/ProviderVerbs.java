package io.kairos.dist.node;

import io.kairos.agent.NotifyCommand;
import io.kairos.agent.start.StartCommand;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.linux.LinuxHost;
import java.util.List;
import java.util.Map;

/** The commands of {@code kairos-agent} that units call, and that speak with providers. */
record ProviderVerbs(LinuxHost host, Console console, Map<String, String> environment) {
  List<Verb> all() {
    return List.of(start(), notifying());
  }

  private Verb start() {
    Option restart = Option.flag("restart", "start over when something fails");
    Option force = Option.flag("force", "accepted for old units; has no effect");
    Option api =
        Option.value("api", "URL", "address of the API that providers are told")
            .orElse("http://127.0.0.1:8080");
    return Verb.named("start")
        .alias("s")
        .summary("bring the node up: what the first boot has to do, then its providers")
        .description(
            """
            kairos-agent.service calls it once a boot. At the first boot it installs bundles and
            writes grub_options to the boot environment; then it tells all providers (agent-provider-* in PATH, /system/providers
            and /usr/local/system/providers) to bootstrap. Does nothing on a medium that installs by
            itself.
            """)
        .argument(Argument.any("DIR", "folders of cloud-configs, instead of the usual ones"))
        .option(restart)
        .option(force)
        .option(api)
        .example("kairos-agent start", "as the unit does")
        .seeAlso("kairos-agent notify")
        .runs(
            given -> {
              new StartCommand(host, host::at, environment, console.out(), console.err())
                  .run(
                      new StartCommand.Arguments(
                          given.words(), given.require(api), given.has(restart)));
              return 0;
            });
  }

  private Verb notifying() {
    return Verb.named("notify")
        .summary("tell all providers of an event")
        .description(
            """
            Calls each provider with the event, and gives it the merged configuration. What it says of
            its state is printed; when one fails, so does this command.
            """)
        .argument(Argument.required("EVENT", "agent.boot, agent.bootstrap, agent.recovery, …"))
        .argument(Argument.any("DIR", "folders of cloud-configs, instead of the usual ones"))
        .example("kairos-agent notify agent.boot", "as the stage initramfs does")
        .seeAlso("kairos-agent start")
        .runs(
            given -> {
              List<String> words = given.words();
              new NotifyCommand(host, environment, console.out(), console.err())
                  .run(words.getFirst(), words.subList(1, words.size()));
              return 0;
            });
  }
}
