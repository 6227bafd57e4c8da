package io.kairos.agent;

import io.kairos.base.KairosException;
import io.kairos.config.Config;
import io.kairos.config.ProviderSchemas;
import io.kairos.config.Validation;
import io.kairos.host.Host;
import io.kairos.stages.StagesCheck;
import java.io.PrintStream;

/** The configuration is sound before an action changes the node. */
public final class CheckedConfig {
  private CheckedConfig() {}

  /**
   * @param isStrict whether what is only suspicious counts too
   * @param err hears what does not count
   * @throws KairosException with every problem
   */
  public static void require(Config config, Host machine, boolean isStrict, PrintStream err) {
    Validation validation = Validation.of(config, ProviderSchemas.on(machine), new StagesCheck());
    validation.notices().forEach(warning -> err.println("WARNING: " + warning.render()));
    (isStrict ? validation.strict() : validation).throwIfAny();
  }
}
