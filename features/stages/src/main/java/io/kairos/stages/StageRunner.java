package io.kairos.stages;

import io.kairos.base.KairosException;
import io.kairos.base.Problem;
import io.kairos.config.ConfigUrl;
import io.kairos.config.Fetcher;
import io.kairos.config.HttpFetcher;
import io.kairos.host.Host;
import io.kairos.plan.GraphApplier;
import io.kairos.plan.GraphApplier.NotApplicable;
import io.kairos.plan.GraphApplier.Result;
import io.kairos.stages.action.Action;
import io.kairos.stages.condition.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs stages on a host. Of a stage X it runs X.before, X and X.after; of each of these, source
 * after source; within a source, steps that do not depend on each other side by side. A failure
 * stops nothing; the report tells all of them.
 */
public final class StageRunner {
  private static final Duration REMINDER = Duration.ofSeconds(10);

  private final Host host;
  private final Fetcher fetcher;
  private final StageLog log;

  public StageRunner(Host host, StageLog log) {
    this(host, new HttpFetcher(), log);
  }

  public StageRunner(Host host, Fetcher fetcher, StageLog log) {
    this.host = host;
    this.fetcher = fetcher;
    this.log = log;
  }

  /** Runs a stage to its end; what failed is in the report, and in the log. */
  public StageReport run(String stage, StageSources sources) {
    return new Run(stage, sources).all();
  }

  /** The graphs that {@link #run} would run, one after the other; nothing is executed. */
  public String analyze(String stage, StageSources sources) {
    var loader = loader();
    var text = new StringBuilder();
    for (String part : parts(stage)) {
      for (List<StageFile> files : loader.load(sources)) {
        StageGraph graph = StageGraph.of(part, files);
        if (!graph.graph().nodes().isEmpty()) {
          text.append("stage: ").append(part).append('\n').append(graph.listing());
        }
        graph.errors().forEach(problem -> text.append("error: ").append(problem).append('\n'));
        graph.warnings().forEach(problem -> text.append("warning: ").append(problem).append('\n'));
      }
    }
    loader.problems().forEach(problem -> text.append("error: ").append(problem).append('\n'));
    loader.oddities().forEach(problem -> text.append("warning: ").append(problem).append('\n'));
    return text.toString();
  }

  private StageLoader loader() {
    return new StageLoader(host, fetcher, new ConfigUrl(host));
  }

  private static List<String> parts(String stage) {
    return List.of(stage + ".before", stage, stage + ".after");
  }

  /** One run of a stage. */
  private final class Run {
    private final String stage;
    private final StageSources sources;
    private final StageLoader loader = loader();
    private final StepContext context = new StepContext(host, fetcher, log);
    private final List<Result> results = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Problem> told = new HashSet<>();
    private final Map<String, Instant> running = new ConcurrentHashMap<>();

    Run(String stage, StageSources sources) {
      this.stage = stage;
      this.sources = sources;
    }

    StageReport all() {
      Instant begin = host.clock().instant();
      Thread reminder = Thread.startVirtualThread(this::remind);
      try {
        for (String part : parts(stage)) {
          part(part);
        }
      } finally {
        reminder.interrupt();
      }
      problems.addAll(loader.problems());
      return new StageReport(
          stage, results, problems, Duration.between(begin, host.clock().instant()));
    }

    private void part(String part) {
      log.info("Running stage: " + part);
      for (List<StageFile> files : loader.load(sources)) {
        tell(loader.problems(), "");
        tell(loader.oddities(), "");
        StageGraph graph = StageGraph.of(part, files);
        tell(graph.errors(), "");
        tell(graph.warnings(), "");
        problems.addAll(graph.errors());
        if (!graph.graph().nodes().isEmpty()) {
          results.addAll(
              new GraphApplier(host.clock(), this::log).apply(graph.graph(), this::perform));
        }
      }
      log.info("Done executing stage '" + part + "'");
    }

    private void tell(List<Problem> news, String prefix) {
      for (Problem problem : news) {
        if (told.add(problem)) {
          log.warn(prefix + problem.render());
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
      switch (result) {
        case Result.Skipped skipped ->
            log.info("(conditional) Skip '" + skipped.reason() + "' stage name: " + skipped.id());
        case Result.Failed failed ->
            log.warn("Error on stage step '" + failed.id() + "': " + failed.cause().getMessage());
        case Result.Applied applied ->
            log.debug("'" + applied.id() + "' took " + applied.took().toMillis() + " ms");
      }
    }

    /** Tells every ten seconds what is still running. */
    private void remind() {
      try {
        while (true) {
          Thread.sleep(REMINDER);
          running.forEach((name, since) -> log.info("Still running stage '" + name + "'"));
        }
      } catch (InterruptedException end) {
        return;
      }
    }
  }
}
