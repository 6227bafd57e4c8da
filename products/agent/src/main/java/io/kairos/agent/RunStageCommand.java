package io.kairos.agent;

import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.host.Host;
import io.kairos.stages.StageLog;
import io.kairos.stages.StageReport;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** {@code kairos-agent run-stage}: what units do at boot, and people by hand. */
public final class RunStageCommand {
  private final Host host;
  private final StageLog log;
  private final PrintStream out;
  private final PrintStream err;

  public RunStageCommand(Host host, StageLog log, PrintStream out, PrintStream err) {
    this.host = host;
    this.log = log;
    this.out = out;
    this.err = err;
  }

  /**
   * The command line.
   *
   * @param isStrict errors of the stage are errors of the command, as with {@code strict: true}
   * @param paths read after the usual folders
   * @param insteadPaths read instead of everything else, when there is one
   * @param isAnalysis only tells what would run
   */
  public record Arguments(
      String stage,
      boolean isStrict,
      List<String> paths,
      List<String> insteadPaths,
      boolean isAnalysis) {
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
    Config config =
        new Collector(host)
            .directories(Collector.STAGE_DIRECTORIES)
            .commandLine(NodeStages.commandLine(host))
            .collect();
    config.failures().forEach(problem -> err.println("WARNING: " + problem.render()));
    var runner = new StageRunner(host, log);
    StageSources sources = sources(arguments, config);
    if (arguments.isAnalysis()) {
      out.print(runner.analyze(arguments.stage(), sources));
      out.flush();
      return;
    }
    StageReport report = runner.run(arguments.stage(), sources);
    if (arguments.isStrict() || config.agent().strict()) {
      var _ = report.orThrow();
    }
  }

  private StageSources sources(Arguments arguments, Config config) {
    if (!arguments.insteadPaths().isEmpty()) {
      return StageSources.only(arguments.insteadPaths().toArray(String[]::new));
    }
    List<String> paths = new ArrayList<>(config.agent().cloudInitPaths());
    paths.addAll(arguments.paths());
    return StageSources.standard().and(paths).withCommandLine(NodeStages.commandLine(host));
  }
}
