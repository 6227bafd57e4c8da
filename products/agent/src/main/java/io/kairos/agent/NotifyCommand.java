package io.kairos.agent;

import io.kairos.agent.bus.ProviderBus;
import io.kairos.agent.bus.ProviderEvent;
import io.kairos.base.Refused;
import io.kairos.base.Suggestion;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.host.Host;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** {@code kairos-agent notify}: tells all providers of an event, with the merged configuration. */
public final class NotifyCommand {
  private final Host host;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  public NotifyCommand(
      Host host, Map<String, String> environment, PrintStream out, PrintStream err) {
    this.host = host;
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /**
   * @param folders of the configuration; the usual ones when empty
   * @throws Refused when nobody knows such an event
   * @throws io.kairos.base.HostFailure when a provider failed
   */
  public void run(String event, List<String> folders) {
    ProviderEvent known =
        ProviderEvent.named(event)
            .orElseThrow(
                () ->
                    new Refused(
                        "event '" + event + "' not defined",
                        Suggestion.didYouMean(event, ProviderEvent.words())
                            .orElse("one of " + String.join(", ", ProviderEvent.words()))));
    Config config =
        new Collector(host)
            .directories(folders.isEmpty() ? Collector.USER_DIRECTORIES : folders)
            .collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    var _ =
        ProviderBus.of(host, config, environment, out)
            .publish(known, Map.of("config", config.asYaml()));
  }
}
