package io.kairos.stages;

import io.kairos.base.KairosException;
import io.kairos.base.Problem;
import io.kairos.config.ConfigUrl;
import io.kairos.config.Documents;
import io.kairos.config.Fetcher;
import io.kairos.config.HttpFetcher;
import io.kairos.host.Host;
import io.kairos.plan.Graph;
import io.kairos.plan.GraphApplier;
import io.kairos.plan.GraphApplier.NotApplicable;
import io.kairos.plan.GraphApplier.Result;
import io.kairos.stages.StageLog.Level;
import io.kairos.stages.action.Action;
import io.kairos.stages.condition.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs stages on a host. Of a stage X it runs X.before, X and X.after; of each of these, source
 * after source; within a source, layer after layer, the steps of a layer side by side. The config
 * URL of the kernel command line follows when all folders are through, then the line's own steps. A
 * failure stops nothing; the report tells all of them.
 */
public final class StageRunner {
  private static final Duration REMINDER = Duration.ofSeconds(10);

  /** A step that took this long is worth a line. */
  private static final Duration NOTABLE = Duration.ofSeconds(1);

  private final Host host;
  private final Fetcher fetcher;
  private final StageLog log;
  private final Documents documents;
  private final Duration reminder;

  public StageRunner(Host host, StageLog log) {
    this(host, log, new Documents());
  }

  /**
   * @param documents shared with whoever has read the same files
   */
  public StageRunner(Host host, StageLog log, Documents documents) {
    this(host, new HttpFetcher(), log, documents, REMINDER);
  }

  public StageRunner(Host host, Fetcher fetcher, StageLog log) {
    this(host, fetcher, log, new Documents(), REMINDER);
  }

  /**
   * @param reminder how often the log is told what is still running
   */
  StageRunner(Host host, Fetcher fetcher, StageLog log, Documents documents, Duration reminder) {
    this.host = host;
    this.fetcher = fetcher;
    this.log = log;
    this.documents = documents;
    this.reminder = reminder;
  }

  /** Runs a stage to its end; what failed is in the report, and in the log. */
  public StageReport run(String stage, StageSources sources) {
    return new Run(stage, parts(stage), sources).all();
  }

  /** Runs the stage of just this name, without what belongs before and after it. */
  public StageReport runAlone(String stage, StageSources sources) {
    return new Run(stage, List.of(stage), sources).all();
  }

  /** The graphs that {@link #run} would run, one after the other; nothing is executed. */
  public String analyze(String stage, StageSources sources) {
    return preview(stage, sources).listing();
  }

  /** What {@link #run} would do; nothing is executed. */
  public StagePreview preview(String stage, StageSources sources) {
    return preview(stage, parts(stage), sources);
  }

  /** What {@link #runAlone} would do; nothing is executed. */
  public StagePreview previewAlone(String stage, StageSources sources) {
    return preview(stage, List.of(stage), sources);
  }

  private StagePreview preview(String stage, List<String> parts, StageSources sources) {
    StageLoader loader = loader(sources);
    var context = new StepContext(host, fetcher, log);
    List<StagePreview.SourceGraph> graphs = new ArrayList<>();
    List<Problem> errors = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    for (StageLoader.Group group : groups(loader)) {
      for (String part : parts) {
        for (StageSource source : loader.load(group)) {
          StageGraph graph = StageGraph.of(part, source.files());
          if (!graph.layers().isEmpty()) {
            graphs.add(StagePreview.graph(part, source.label(), graph, context));
          }
          errors.addAll(graph.errors());
          warnings.addAll(graph.warnings());
        }
      }
    }
    errors.addAll(loader.problems());
    warnings.addAll(loader.oddities());
    return new StagePreview(stage, graphs, errors, warnings);
  }

  private StageLoader loader(StageSources sources) {
    return new StageLoader(host, fetcher, new ConfigUrl(host), sources, documents);
  }

  private static List<StageLoader.Group> groups(StageLoader loader) {
    return Arrays.stream(StageLoader.Group.values()).filter(loader::has).toList();
  }

  private static List<String> parts(String stage) {
    return List.of(stage + ".before", stage, stage + ".after");
  }

  /** One run of a stage. */
  private final class Run {
    private final String stage;
    private final List<String> parts;
    private final StageLoader loader;
    private final StepContext context = new StepContext(host, fetcher, log);
    private final List<Result> results = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Problem> told = new HashSet<>();
    private final Map<String, Instant> running = new ConcurrentHashMap<>();

    Run(String stage, List<String> parts, StageSources sources) {
      this.stage = stage;
      this.parts = parts;
      this.loader = loader(sources);
    }

    StageReport all() {
      Instant begin = host.clock().instant();
      Thread reminding = Thread.ofPlatform().daemon().start(this::remind);
      try {
        for (StageLoader.Group group : groups(loader)) {
          for (String part : parts) {
            part(part, group);
          }
        }
      } finally {
        reminding.interrupt();
      }
      tell(loader.problems());
      problems.addAll(loader.problems());
      var report =
          new StageReport(
              stage, results, problems, Duration.between(begin, host.clock().instant()));
      log.info(report.summary());
      return report;
    }

    private void part(String part, StageLoader.Group group) {
      log.info("Running stage: " + part);
      for (StageSource source : loader.load(group)) {
        tell(loader.problems());
        tell(loader.oddities());
        StageGraph graph = StageGraph.of(part, source.files());
        tell(graph.errors());
        tell(graph.warnings());
        problems.addAll(graph.errors());
        for (List<Graph.Node<StageOp>> layer : graph.layers()) {
          results.addAll(layer(part, layer));
        }
      }
      log.info("Done executing stage '" + part + "'");
    }

    /** Steps side by side; what they waited for has ended. */
    private List<Result> layer(String part, List<Graph.Node<StageOp>> layer) {
      var graph = Graph.<StageOp>named(part);
      layer.forEach(node -> graph.add(node.id(), node.step(), node.policy(), Set.of(), Set.of()));
      return new GraphApplier(host.clock(), this::log).apply(graph.build(), this::perform);
    }

    private void tell(List<Problem> news) {
      for (Problem problem : news) {
        if (told.add(problem)) {
          log.warn(problem.render());
        }
      }
    }

    private void perform(String name, StageOp op) {
      StageStep step = op.step();
      running.put(name, host.clock().instant());
      try {
        for (Condition condition : step.conditions()) {
          Optional<String> obstacle = condition.obstacle(context);
          if (obstacle.isPresent()) {
            throw new NotApplicable(obstacle.get());
          }
        }
        if (step.works().isEmpty()) {
          return;
        }
        log.info("Processing stage step '" + name + "'. ( " + step.summary() + " )");
        work(step);
      } finally {
        running.remove(name);
      }
    }

    /** A work that fails keeps no other from being done. */
    private void work(StageStep step) {
      List<RuntimeException> failures = new ArrayList<>();
      for (Action.Work work : step.works()) {
        try {
          work.perform(context);
        } catch (KairosException e) {
          failures.add(e);
        }
      }
      StepContext.throwIfAny(failures);
    }

    private void log(Result result) {
      if (result instanceof Result.Skipped skipped) {
        log.info("(conditional) Skip '" + skipped.reason() + "' stage name: " + skipped.id());
      } else if (result instanceof Result.Failed failed) {
        log.warn(
            "Error on stage step '"
                + failed.id()
                + "' after "
                + failed.took().toMillis()
                + " ms: "
                + failed.cause().getMessage());
      } else if (result instanceof Result.Applied applied) {
        log.log(
            applied.took().compareTo(NOTABLE) < 0 ? Level.DEBUG : Level.INFO,
            "'" + applied.id() + "' took " + applied.took().toMillis() + " ms");
      }
    }

    /** Tells again and again what is still running. */
    private void remind() {
      try {
        while (true) {
          Thread.sleep(reminder);
          running.forEach((name, since) -> log.info("Still running stage '" + name + "'"));
        }
      } catch (InterruptedException end) {
        return;
      }
    }
  }
}
