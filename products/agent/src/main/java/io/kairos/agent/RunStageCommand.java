package io.kairos.agent;

import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.config.Documents;
import io.kairos.config.StageSettings;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.stages.StageLog;
import io.kairos.stages.StagePreview;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** {@code kairos-agent run-stage}: what units do at boot, and people by hand. */
public final class RunStageCommand {
  private final Host host;
  private final Function<Config, StageLog> log;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param log as detailed as the configuration wants it
   */
  public RunStageCommand(
      Host host, Function<Config, StageLog> log, PrintStream out, PrintStream err) {
    this.host = host;
    this.log = log;
    this.out = out;
    this.err = err;
  }

  /** Whether the stage runs, or how it is only shown. */
  public enum Mode {
    RUN,
    /** The layers of steps, as upstream prints them. */
    GRAPH,
    /** Each step with its place, its conditions and what it does. */
    EXPLAINED,
    /** The same for programs. */
    JSON
  }

  /**
   * The command line.
   *
   * @param isStrict errors of the stage are errors of the command, as with {@code strict: true}
   * @param paths read after the usual folders and those of the configuration
   * @param insteadPaths read instead of all of these, when there is one
   */
  public record Arguments(
      String stage, boolean isStrict, List<String> paths, List<String> insteadPaths, Mode mode) {
    public Arguments {
      paths = List.copyOf(paths);
      insteadPaths = List.copyOf(insteadPaths);
    }
  }

  /**
   * @throws io.kairos.base.KairosException in strict mode, when a step failed
   */
  public void run(Arguments arguments) {
    Root.require();
    var documents = new Documents();
    Config config = config(documents);
    StageSettings settings = config.stages();
    var runner = new StageRunner(host, log.apply(config), documents);
    StageSources sources = sources(arguments, settings.paths());
    if (arguments.mode() != Mode.RUN) {
      show(runner.preview(arguments.stage(), sources), arguments.mode());
      return;
    }
    StageReport report = runner.run(arguments.stage(), sources);
    if (arguments.isStrict() || settings.strict()) {
      var _ = report.orThrow();
    } else if (!report.succeeded()) {
      err.println("Some errors found but were ignored; --strict makes the command fail on them");
    }
  }

  private void show(StagePreview preview, Mode mode) {
    switch (mode) {
      case JSON -> out.println(Json.pretty(preview.fields()));
      case EXPLAINED -> out.print(preview.explained());
      default -> out.print(preview.listing());
    }
    out.flush();
  }

  /** What of it cannot be read is told, and keeps no stage from running. */
  private Config config(Documents documents) {
    Config config =
        new Collector(host)
            .documents(documents)
            .directories(Collector.STAGE_DIRECTORIES)
            .commandLine(NodeStages.commandLine(host))
            .collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    return config;
  }

  private StageSources sources(Arguments arguments, List<String> configured) {
    if (!arguments.insteadPaths().isEmpty()) {
      return StageSources.only(arguments.insteadPaths().toArray(String[]::new));
    }
    List<String> paths = new ArrayList<>(configured);
    paths.addAll(arguments.paths());
    paths.stream()
        .filter(path -> !Files.exists(host.resolved(path)))
        .forEach(
            path -> err.println("WARNING: " + path + " does not exist; no stage is read there"));
    return StageSources.standard()
        .andWhereThere(paths)
        .withCommandLine(NodeStages.commandLine(host));
  }
}
