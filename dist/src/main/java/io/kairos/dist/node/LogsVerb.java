package io.kairos.dist.node;

import io.kairos.agent.logs.LogsCommand;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import java.nio.file.Path;

/** {@code kairos-agent logs}. */
record LogsVerb(Host host, Console console) {
  Verb declared() {
    Option output =
        Option.value("output", "FILE", "the archive").also("o").orElse("./kairos-logs.tar.gz");
    return Verb.named("logs")
        .summary("collect what somebody needs who helps from afar")
        .description(
            """
            Writes a tar.gz with the journals of this boot and of the node's services, the kernel's
            log, log files, the merged configuration and the state. More units and files are those of
            logs.journal and logs.files in the configuration. Passwords, tokens and keys are masked
            where their names tell them; look into the archive before you give it away. What cannot
            be read is left out and named: run it as root to have everything.
            """)
        .option(output)
        .example("kairos-agent logs", "./kairos-logs.tar.gz")
        .example("kairos-agent logs -o /tmp/node1.tar.gz", "another file")
        .seeAlso("kairos-agent state")
        .seeAlso("kairos-agent config")
        .runs(
            given -> {
              new LogsCommand(host, console.out(), console.err())
                  .run(Path.of(given.require(output)));
              return 0;
            });
  }
}
