package io.kairos.stages;

import io.kairos.base.HostFailure;
import io.kairos.base.InvalidConfig;
import io.kairos.base.KairosException;
import io.kairos.config.Fetcher;
import io.kairos.config.SystemFacts;
import io.kairos.formats.gotemplate.GoTemplate;
import io.kairos.host.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** What conditions and actions work with. Safe for concurrent use. */
public final class StepContext {
  private static final String APPLICATION = "yip";

  private final Host host;
  private final SystemFacts facts;
  private final Fetcher fetcher;
  private final StageLog log;
  private final Map<String, Object> templateData;
  private final ReentrantLock accounts = new ReentrantLock();
  private final ReentrantLock files = new ReentrantLock();
  private final ReentrantLock packages = new ReentrantLock();

  public StepContext(Host host, Fetcher fetcher, StageLog log) {
    this.host = host;
    this.facts = new SystemFacts(host);
    this.fetcher = fetcher;
    this.log = log;
    this.templateData = Map.of("Values", facts.values(APPLICATION));
  }

  public Host host() {
    return host;
  }

  public SystemFacts facts() {
    return facts;
  }

  public Fetcher fetcher() {
    return fetcher;
  }

  public StageLog log() {
    return log;
  }

  /** Held by whoever reads a file to write it again. */
  public ReentrantLock files() {
    return files;
  }

  /** Held by whoever runs a package manager: they refuse to run twice at once. */
  public ReentrantLock packages() {
    return packages;
  }

  /**
   * Edits the files of users and groups, one at a time: among the steps of this process, and among
   * processes by the lock that the tools of shadow use too (lckpwdf(3)).
   */
  public void editAccounts(Runnable edit) {
    accounts.lock();
    try (var _ = PasswordLock.acquire(host)) {
      edit.run();
    } finally {
      accounts.unlock();
    }
  }

  /** Identity of this application for protected ids. */
  public String protectedId() {
    return facts.protectedId(APPLICATION);
  }

  /** Renders a text; what is no valid template stays as it is. */
  public String render(String text) {
    if (!GoTemplate.isTemplate(text)) {
      return text;
    }
    try {
      return GoTemplate.parse(text).render(templateData, GoTemplate.MissingKey.NO_VALUE);
    } catch (InvalidConfig e) {
      log.warn("used as it stands, because it is no valid template (" + e.getMessage() + ")");
      return text;
    }
  }

  /** Something that may fail without keeping the next one from being done. */
  @FunctionalInterface
  public interface Attempt<T> {
    void of(T item);
  }

  /**
   * Does the same with each item.
   *
   * @throws HostFailure at the end, with all failures, if there was one
   */
  public <T> void each(Iterable<T> items, Attempt<T> attempt) {
    List<RuntimeException> failures = new ArrayList<>();
    for (T item : items) {
      try {
        attempt.of(item);
      } catch (KairosException e) {
        failures.add(e);
      }
    }
    throwIfAny(failures);
  }

  static void throwIfAny(List<RuntimeException> failures) {
    if (failures.size() == 1) {
      throw failures.getFirst();
    }
    if (!failures.isEmpty()) {
      var text = new StringBuilder(failures.size() + " failures:");
      failures.forEach(failure -> text.append("\n  ").append(failure.getMessage()));
      throw new HostFailure(text.toString());
    }
  }
}
