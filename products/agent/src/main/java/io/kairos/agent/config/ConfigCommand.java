package io.kairos.agent.config;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.ProviderSchemas;
import io.kairos.config.Validation;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.stages.StagesCheck;
import java.io.PrintStream;

/** {@code kairos-agent config}: all configs of this node, merged. */
public final class ConfigCommand {
  private final Host host;
  private final PrintStream out;
  private final PrintStream err;

  public ConfigCommand(Host host, PrintStream out, PrintStream err) {
    this.host = host;
    this.out = out;
    this.err = err;
  }

  private Config scan() {
    return new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
  }

  /** The merged document, with its header and its sources. */
  public void print(boolean asJson) {
    Config config = scan();
    warn(config.failures());
    if (asJson) {
      out.print(Json.pretty(config.tree()));
    } else {
      out.print(config.asYaml());
    }
    out.flush();
  }

  /**
   * The results of a query. Problems of the configuration are warnings on standard error.
   *
   * @throws InvalidConfig when the query cannot be answered, or in strict mode when something is
   *     wrong with the configuration
   */
  public void get(String query, boolean isStrict, boolean asJson) {
    Config config = scan();
    Validation validation = Validation.of(config, ProviderSchemas.on(host), new StagesCheck());
    if (isStrict) {
      validation.strict().throwIfAny();
    }
    warn(validation.errors());
    warn(validation.notices());
    if (asJson) {
      config.results(query).forEach(result -> out.println(Json.write(result)));
    } else {
      out.print(config.query(query));
    }
    out.flush();
  }

  private void warn(Iterable<Problem> problems) {
    problems.forEach(problem -> err.println("WARNING: " + problem.render()));
  }
}
