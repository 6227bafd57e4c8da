package io.kairos.bench;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Parameters;
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
    var rollout =
        Option.flag(
            "rollout", "measure the operator alone: an upgrade of many nodes (takes minutes)");
    var nodes = Option.value("nodes", "NUMBER", "nodes of the rollout").orElse("5000");
    var concurrency =
        Option.value("concurrency", "NUMBER", "nodes at once in the rollout, 0 for all")
            .orElse("0");
    var unlabelled =
        Option.flag(
            "without-labeler", "nodes of the rollout are labelled as none of the labeler's");
    var upstream =
        Option.value("upstream-operator", "FILE", "upstream's operator, to roll out beside ours");
    var recording =
        Option.value("recording", "FILE", "have Flight Recorder write what our operator does");
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
        .option(rollout)
        .option(nodes)
        .option(concurrency)
        .option(unlabelled)
        .option(upstream)
        .option(recording)
        .option(output)
        .example("kairos bench --output json", "for programs")
        .example("kairos bench --rollout --nodes 1000", "what the operator takes for an upgrade")
        .seeAlso("kairos demo")
        .runs(
            given -> {
              WorkshopHome home = WorkshopHome.ofProcess();
              List<Measurement> figures =
                  given.has(rollout)
                      ? new RolloutBench(
                              host,
                              home,
                              console,
                              number(given, nodes, 1),
                              number(given, concurrency, 0),
                              !given.has(unlabelled),
                              given.value(recording).map(file -> Path.of(file).toAbsolutePath()))
                          .run(given.value(upstream).map(Path::of))
                      : new Bench(
                              host,
                              given.value(work).map(Path::of).orElseGet(home::defaultWork),
                              home.root())
                          .run(given.has(node));
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

  private static int number(Parameters given, Option option, int least) {
    String text = given.require(option);
    if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < least) {
      throw new InvalidConfig(
          Problem.of("'" + text + "' is no number of nodes")
              .withRemedy("a number from " + least + ", for example --nodes 1000"));
    }
    return Integer.parseInt(text);
  }
}
