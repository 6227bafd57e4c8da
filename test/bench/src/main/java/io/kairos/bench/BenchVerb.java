package io.kairos.bench;

import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.dist.workshop.WorkshopExtension;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.formats.json.Json;
import io.kairos.host.linux.LinuxHost;
import java.nio.file.Path;
import java.util.List;

/** {@code kairos bench}. */
public final class BenchVerb implements WorkshopExtension {
  @Override
  public Verb verb(LinuxHost host, Console console) {
    var work =
        Option.value("workdir", "DIR", "of an earlier demo (default: .build/demo beside ./kairos)");
    var node =
        Option.flag(
            "node", "also boot the demo's node and upgrade it (minutes where it is emulated)");
    var output = Option.outputFormat();
    return Verb.named("bench")
        .summary("measure what nodes and builders pay for this stack")
        .description(
            """
            Measures what an earlier demo has made: bytes that our stack adds to image and initramfs,
            cold starts of the node's runtime, and the times of the demo's steps. A ratio where there
            is something to compare with, the figure alone otherwise.
            """)
        .option(work)
        .option(node)
        .option(output)
        .example("kairos bench --output json", "for programs")
        .seeAlso("kairos demo")
        .runs(
            given -> {
              Path directory =
                  given
                      .value(work)
                      .map(Path::of)
                      .orElseGet(() -> WorkshopHome.ofProcess().defaultWork());
              List<Measurement> figures =
                  new Bench(host, directory, WorkshopHome.ofProcess().root()).run(given.has(node));
              if (given.require(output).equals("json")) {
                console
                    .out()
                    .println(Json.pretty(figures.stream().map(Measurement::fields).toList()));
              } else {
                figures.forEach(figure -> console.out().println(figure.render()));
              }
              return 0;
            });
  }
}
