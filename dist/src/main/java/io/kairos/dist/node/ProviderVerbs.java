package io.kairos.dist.node;

import io.kairos.agent.NotifyCommand;
import io.kairos.agent.phonehome.PhoneHomeCommand;
import io.kairos.agent.recovery.RecoveryCommand;
import io.kairos.agent.start.StartCommand;
import io.kairos.base.Refused;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.formats.gofmt.GoDuration;
import io.kairos.host.linux.LinuxHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The commands of {@code kairos-agent} that units call, and that speak with providers. */
record ProviderVerbs(LinuxHost host, Console console, Map<String, String> environment) {
  List<Verb> all() {
    return List.of(start(), notifying(), recovery(), phoneHome());
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

  private Verb recovery() {
    return Verb.named("recovery")
        .alias("r")
        .summary("let providers open a way into this machine for somebody who is not there")
        .description(
            """
            Asks all providers for remote recovery (agent.recovery), shows the QR code and the words
            that they answer with, and tells them to end it (agent.recovery.stop) when Enter is
            pressed. The boot entry 'remote recovery' runs it at the first console.
            """)
        .example("kairos-agent bootentry --select remoterecovery", "has the next boot run it")
        .seeAlso("kairos-agent reset")
        .runs(
            given -> {
              new RecoveryCommand(host, environment, System.in, console.out(), console.err()).run();
              return 0;
            });
  }

  private Verb phoneHome() {
    Option url =
        Option.value("url", "URL", "of the server, instead of phonehome.url")
            .fromVariable("PHONEHOME_URL");
    Option token =
        Option.value("token", "TOKEN", "for the registration of a new node")
            .fromVariable("PHONEHOME_REGISTRATION_TOKEN");
    Option group = Option.value("group", "GROUP", "of the node").fromVariable("PHONEHOME_GROUP");
    Option heartbeat =
        Option.value("heartbeat-interval", "DURATION", "time between two reports: 30s, 5m");
    return Verb.named("phone-home")
        .summary("report to a fleet server, and do what it orders and this node permits")
        .description(
            """
            Registers this node at its server, reports again and again, and carries out orders:
            upgrade, upgrade-recovery, reboot and unregister, or what phonehome.allowed_commands
            lists. A service runs it where phonehome.url is set. Runs until it is stopped.
            """)
        .option(url)
        .option(token)
        .option(group)
        .option(heartbeat)
        .example("kairos-agent phone-home", "as the service does")
        .seeAlso("kairos-agent phone-home uninstall")
        .verb(
            Verb.named("uninstall")
                .summary("leave the fleet: service, credentials and the key phonehome go")
                .example("kairos-agent phone-home uninstall", "tells what it has removed")
                .runs(
                    given -> {
                      PhoneHomeCommand.uninstall(host, console.out());
                      return 0;
                    }))
        .runs(
            given -> {
              new PhoneHomeCommand(host, BuildVersion.read(), console.out(), console.err())
                  .run(
                      new PhoneHomeCommand.Arguments(
                          given.value(url),
                          given.value(token),
                          given.value(group),
                          given.value(heartbeat).map(ProviderVerbs::duration)));
              return 0;
            });
  }

  private static Duration duration(String text) {
    return GoDuration.parse(text)
        .filter(Duration::isPositive)
        .orElseThrow(
            () ->
                new Refused(
                    "--heartbeat-interval is no length of time: " + text, "write 30s, or 5m"));
  }
}
