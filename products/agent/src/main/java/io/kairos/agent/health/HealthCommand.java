package io.kairos.agent.health;

import io.kairos.agent.AgentLock;
import io.kairos.agent.Lifecycle;
import io.kairos.agent.Root;
import io.kairos.agent.node.ActionContext;
import io.kairos.agent.node.NodeStep;
import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.boot.Sentinel;
import io.kairos.boot.SystemRecord;
import io.kairos.config.Collector;
import io.kairos.config.Config;
import io.kairos.formats.json.Json;
import io.kairos.host.Host;
import io.kairos.plan.Plan;
import io.kairos.plan.Progress;
import io.kairos.storage.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code kairos-agent health}: whether this node is healthy, and, for the service that runs it
 * after a boot, what follows for a system that is new.
 */
public final class HealthCommand {
  /** Shown at each login prompt. */
  private static final String NOTICE = "/etc/issue.d/03-UPGRADE";

  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);

  private final ActionContext context;
  private final Host host;
  private final PrintStream out;

  public HealthCommand(ActionContext context) {
    this.context = context;
    this.host = context.machine();
    this.out = context.out();
  }

  /**
   * Checks, and changes nothing.
   *
   * @param patience how long what fails may go on failing
   * @return whether the node is healthy
   */
  public boolean check(Duration patience, boolean asJson) {
    Root.require();
    Optional<String> failure = checks(config()).failure(patience);
    if (asJson) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("healthy", failure.isEmpty());
      failure.ifPresent(reason -> tree.put("reason", reason));
      out.println(Json.pretty(tree));
    } else {
      out.println(failure.map("not healthy: "::concat).orElse("healthy"));
    }
    out.flush();
    return failure.isEmpty();
  }

  /**
   * Checks a system that is new, and tells the boot menu that it may stay; one that fails gives way
   * to the system before, at once. After such a fallback it tells people why.
   *
   * @throws KairosException when it could not be told
   */
  public void assess() {
    Root.require();
    Assessment assessment = Assessment.of(host);
    if (Sentinel.UPGRADE_FAILURE.isPresent(host)) {
      tellOfFallback(assessment);
      return;
    }
    if (!assessment.isPending()) {
      out.println("This system has been found good before");
      return;
    }
    Config config = config();
    Optional<String> failure = checks(config).failure(config.agent().upgrade().healthTimeout());
    if (failure.isEmpty()) {
      follow(assessment.passed(), config);
      out.println("The new system is good" + named(assessment));
    } else {
      follow(assessment.failed(failure.get()), config);
      out.println("The new system failed" + named(assessment) + ": " + failure.get());
      new Lifecycle(host, out).reboot();
    }
  }

  private static String named(Assessment assessment) {
    return assessment.active().map(SystemRecord::title).map(": "::concat).orElse("");
  }

  private void tellOfFallback(Assessment assessment) {
    Optional<SystemRecord> broken = assessment.active();
    if (broken.isPresent() && broken.get().failure().isEmpty()) {
      follow(assessment.failed("it did not get as far as its health checks"), config());
    }
    String reason =
        assessment
            .active()
            .flatMap(SystemRecord::failure)
            .map(SystemRecord.Failure::reason)
            .orElse("it did not come up");
    String notice = notice().formatted(named(assessment), reason);
    new DurableFile(host.kernel()).write(host.path(NOTICE), notice, "rw-r--r--");
    out.print(notice);
    out.flush();
  }

  private static String notice() {
    try (InputStream in = HealthCommand.class.getResourceAsStream("notice.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HostFailure("cannot read the words about a failed upgrade", e);
    }
  }

  private void follow(Plan<NodeStep> plan, Config config) {
    try (AgentLock _ = AgentLock.take(host, "kairos-agent health")) {
      context.runner(config, Progress.SILENT).apply(plan, false);
    }
  }

  private Config config() {
    return new Collector(host).directories(Collector.USER_DIRECTORIES).collect();
  }

  private HealthChecks checks(Config config) {
    return new HealthChecks(
        host,
        context.stages().apply(config),
        () -> Thread.sleep(BETWEEN_TRIES)); // nothing tells of a change
  }
}
