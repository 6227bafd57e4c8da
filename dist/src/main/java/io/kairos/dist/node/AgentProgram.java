package io.kairos.dist.node;

import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Completion;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import java.util.List;
import java.util.Map;

/** {@code kairos-agent}: the commands of a node, and the products that run them. */
final class AgentProgram {
  static final Option DEBUG =
      Option.flag("debug", "log decisions in detail").fromVariable("KAIROS_AGENT_DEBUG");
  static final Option STRICT =
      Option.flag("strict-validation", "fail, not warn, where a config breaks the schema")
          .fromVariable("STRICT_VALIDATIONS");

  private final Console console;
  private final Map<String, String> environment;

  AgentProgram(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  int run(List<String> words) {
    return new NodeProgram(console, environment).run(verbs(), words);
  }

  Verb verbs() {
    return Verb.named("kairos-agent")
        .summary("what a node does with itself")
        .description(
            """
            Installs this machine from the medium it was booted from, tells the state it is in, and
            runs the stages of its cloud-config.
            """)
        .option(DEBUG)
        .option(STRICT)
        .verb(version())
        .verb(Completion.verb("kairos-agent", this::verbs, console))
        .group();
  }

  private Verb version() {
    return Verb.named("version")
        .summary("print the version")
        .runs(
            given -> {
              console.out().println("kairos " + BuildVersion.read());
              return 0;
            });
  }
}
