package io.kairos.operator.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Follows one object of a cluster to its end, by a watch, so that each change is seen, also the
 * last one of an object that is deleted when it is finished. It never writes.
 */
public final class Rollout implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration AGAIN = Duration.ofSeconds(2);
  private static final int TIMEOUT_MILLIS = 10_000;

  /** A connection may die without anybody telling. */
  private static final Duration TRUSTED = Duration.ofSeconds(30);

  /**
   * The client's own log, which tells of each lost connection what is told here as well; held,
   * because the JDK forgets the level of a logger that nobody holds.
   */
  private static final Logger CLIENT_LOG = Logger.getLogger("io.fabric8");

  private final KubernetesClient client;
  private final String namespace;
  private final RolloutErrors errors;

  private Rollout(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    this.errors = new RolloutErrors(client, namespace);
  }

  /**
   * Asks nobody yet. For a process that does nothing else: the client's log is switched off.
   *
   * @param kubeconfig credentials; without it those that kubectl would take
   * @param namespace without it that of the kubeconfig, or "default"
   * @throws Refused if there are no credentials
   * @throws HostFailure if they cannot be read
   */
  public static Rollout open(Optional<Path> kubeconfig, Optional<String> namespace) {
    CLIENT_LOG.setLevel(Level.OFF);
    Config found = config(kubeconfig);
    Config config =
        new ConfigBuilder(found)
            .withRequestRetryBackoffLimit(0) // asked again here, where it can be told
            .withConnectionTimeout(TIMEOUT_MILLIS)
            .withRequestTimeout(TIMEOUT_MILLIS)
            .withWatchReconnectLimit(0)
            .withUserAgent("kairos-rollout")
            .build();
    String chosen = namespace.or(() -> Optional.ofNullable(found.getNamespace())).orElse("default");
    return new Rollout(new KubernetesClientBuilder().withConfig(config).build(), chosen);
  }

  private static Config config(Optional<Path> kubeconfig) {
    if (kubeconfig.isPresent()) {
      Path file = kubeconfig.get();
      if (!Files.isReadable(file)) {
        throw HostFailure.withRemedy(
            "cannot read the kubeconfig " + file, "name the file that kubectl works with");
      }
      try {
        return Config.fromKubeconfig(file.toFile());
      } catch (RuntimeException e) { // of the parser below, whichever it is
        throw HostFailure.withRemedy(
            file + " is no kubeconfig: " + e.getMessage(),
            "kubectl config view --kubeconfig " + file);
      }
    }
    Config found = Config.autoConfigure(null);
    if (found.getCurrentContext() == null && System.getenv("KUBERNETES_SERVICE_HOST") == null) {
      throw new Refused(
          "no cluster is named: neither --kubeconfig nor KUBECONFIG, and no current context in"
              + " ~/.kube/config",
          "--kubeconfig FILE; 'kairos cluster up' starts a cluster on this machine");
    }
    return found;
  }

  /**
   * Tells what changes until nothing will any more.
   *
   * @return how it ended
   * @throws Refused if there is nothing of that name, or it may not be seen
   * @throws HostFailure if the API server does not answer the first question, or the object goes
   *     before its end was seen
   */
  public RolloutReport follow(RolloutTarget target, RolloutListener listener)
      throws InterruptedException {
    HasMetadata first = find(target);
    return new Following(first, listener).run();
  }

  private record Named(RolloutKind kind, HasMetadata object) {}

  private HasMetadata find(RolloutTarget target) throws InterruptedException {
    var found = new ArrayList<Named>();
    Optional<KubernetesClientException> forbidden = Optional.empty();
    List<RolloutKind> kinds = target.kind().map(List::of).orElse(List.of(RolloutKind.values()));
    for (RolloutKind kind : kinds) {
      try {
        HasMetadata object = resource(kind, target.name()).get();
        if (object != null) {
          found.add(new Named(kind, object));
        }
      } catch (KubernetesClientException e) {
        throwIfInterrupted(e);
        if (!RolloutErrors.isForbidden(e)) {
          throw errors.explained(e);
        }
        forbidden = Optional.of(e);
      }
    }
    if (found.isEmpty()) {
      if (forbidden.isPresent()) {
        throw errors.explained(forbidden.get());
      }
      throw errors.nothing(kinds, target.name());
    }
    boolean isAmbiguous =
        found.stream().anyMatch(each -> each.kind() == RolloutKind.ARTIFACT) && found.size() > 1;
    if (isAmbiguous) {
      throw new Refused(
          "several objects in namespace " + namespace + " are called " + target.name(),
          "name the kind: "
              + String.join(
                  " or ",
                  found.stream()
                      .map(each -> each.kind().resource() + "/" + target.name())
                      .toList()));
    }
    return found.getFirst().object();
  }

  private Resource<? extends HasMetadata> resource(RolloutKind kind, String name) {
    return client.resources(kind.type()).inNamespace(namespace).withName(name);
  }

  private static void throwIfInterrupted(Throwable failure) throws InterruptedException {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof InterruptedException) {
        throw new InterruptedException();
      }
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    client.close();
  }

  /** What a watch has told. */
  private sealed interface Notice {
    record Changed(HasMetadata object) implements Notice {}

    record Deleted(HasMetadata object) implements Notice {}

    record Closed() implements Notice {}
  }

  /** One object's way to its end. Confined to the thread that runs it. */
  private final class Following {
    private final String uid;
    private final RolloutKind kind;
    private final String name;
    private final RolloutListener listener;
    private final InstantSource clock = InstantSource.system();
    private final RolloutEstimate estimate = new RolloutEstimate(clock);
    private HasMetadata latest;
    private RolloutReport report;
    private boolean isLost;

    Following(HasMetadata first, RolloutListener listener) {
      this.uid = first.getMetadata().getUid();
      this.latest = first;
      this.report = RolloutReport.of(first);
      this.kind = report.kind();
      this.name = report.name();
      this.listener = listener;
      estimate.observe(report);
      listener.changed(report, estimate.left());
    }

    RolloutReport run() throws InterruptedException {
      while (!report.isFinished()) {
        try {
          watch();
          if (!report.isFinished()) {
            lookAgain();
          }
        } catch (KubernetesClientException e) {
          throwIfInterrupted(e);
          if (!RolloutErrors.isPassing(e)) {
            throw errors.explained(e);
          }
          lose(e);
          TimeUnit.MILLISECONDS.sleep(AGAIN.toMillis());
        }
      }
      return report;
    }

    private void lose(KubernetesClientException why) {
      if (!isLost) {
        listener.lost(RolloutErrors.reason(why));
        isLost = true;
      }
    }

    private void lookAgain() {
      HasMetadata found = resource(kind, name).get();
      if (isLost) {
        listener.regained();
        isLost = false;
      }
      if (found == null || !found.getMetadata().getUid().equals(uid)) {
        throw gone();
      }
      observe(found);
    }

    private void observe(HasMetadata object) {
      latest = object;
      RolloutReport now = RolloutReport.of(object);
      if (!now.equals(report)) {
        report = now;
        estimate.observe(report);
        listener.changed(report, estimate.left());
      }
    }

    /** Until the watch ends or has been believed for long enough. */
    private void watch() throws InterruptedException {
      var notices = new LinkedBlockingQueue<Notice>();
      Instant until = clock.instant().plus(TRUSTED);
      try (Watch _ = open(notices)) {
        while (!report.isFinished() && clock.instant().isBefore(until)) {
          switch (notices.poll(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
            case null -> listener.passed(report, estimate.left());
            case Notice.Changed(var object) -> observe(object);
            case Notice.Deleted(var object) -> {
              observe(object);
              if (!report.isFinished()) {
                throw gone();
              }
            }
            case Notice.Closed() -> {
              TimeUnit.MILLISECONDS.sleep(TICK.toMillis()); // a server may close each at once
              return; // a look tells whether the server is there
            }
          }
        }
      }
    }

    private Watch open(BlockingQueue<Notice> notices) {
      var options =
          new ListOptionsBuilder()
              .withResourceVersion(latest.getMetadata().getResourceVersion())
              .build();
      return watched(client.resources(kind.type()), options, notices);
    }

    private <T extends HasMetadata> Watch watched(
        MixedOperation<T, ?, Resource<T>> all, ListOptions options, BlockingQueue<Notice> notices) {
      return all.inNamespace(namespace)
          .withName(name)
          .watch(
              options,
              new Watcher<>() {
                @Override
                public void eventReceived(Action action, T object) {
                  switch (action) {
                    case ADDED, MODIFIED -> notices.add(new Notice.Changed(object));
                    case DELETED -> notices.add(new Notice.Deleted(object));
                    case ERROR, BOOKMARK -> {} // an error closes the watch
                  }
                }

                @Override
                public void onClose(WatcherException why) {
                  notices.add(new Notice.Closed());
                }
              });
    }

    private HostFailure gone() {
      return HostFailure.withRemedy(
          kind.word() + " " + namespace + "/" + name + " is gone, and its end was not seen",
          "if nobody has deleted it, its ttlSecondsAfterFinished is shorter than an outage of the"
              + " API server: look at the nodes or the artifacts themselves");
    }
  }
}
