package io.kairos.operator.process;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.kairos.operator.ControllerModule;
import io.kairos.operator.EventRecorder;
import io.kairos.operator.Names;
import io.kairos.operator.NodeCache;
import io.kairos.operator.OperatorContext;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.metrics.ControllerMetrics;
import io.kairos.operator.metrics.MetricsRegistry;
import io.kairos.operator.metrics.RequestMetrics;
import java.io.File;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The running operator: serves probes and metrics at once, waits for an API server that answers,
 * and has the controllers work while it leads. Losing the lease ends the process, since another
 * replica works from then on.
 */
public final class OperatorProcess implements AutoCloseable {
  private static final Logger LOG = System.getLogger(OperatorProcess.class.getName());
  private static final Duration AGAIN = Duration.ofSeconds(5);
  private static final Duration LONGEST_STOP = Duration.ofSeconds(8); // of the pod's 10
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration RENEWAL = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final int LOST_LEASE = 1;
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(2);

  private final OperatorContext context;
  private final Operator operator;
  private final Map<String, ControllerModule.Task> tasks = new LinkedHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<AutoCloseable> endpoints = new ArrayList<>();
  private final AtomicBoolean leading = new AtomicBoolean();
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Future<?> election = CompletableFuture.completedFuture(null);

  private OperatorProcess(OperatorContext context) {
    this.context = context;
    this.operator = new Operator(this::configure);
  }

  /** Starts everything and returns; what cannot work yet is tried again until it can. */
  public static OperatorProcess start(
      OperatorOptions options, OperatorEnvironment environment, List<ControllerModule> modules) {
    return start(options, environment, modules, InstantSource.system());
  }

  /**
   * As above on a machine with this clock.
   *
   * @param here counts until the API server has told its time
   */
  public static OperatorProcess start(
      OperatorOptions options,
      OperatorEnvironment environment,
      List<ControllerModule> modules,
      InstantSource here) {
    var metrics = new MetricsRegistry();
    var clock = new ServerClock(here, System::nanoTime);
    KubernetesClient client = client(options, metrics, clock);
    var context =
        new OperatorContext(
            client,
            options,
            environment,
            new NodeCache(client),
            new EventRecorder(client, clock),
            metrics,
            clock);
    var process = new OperatorProcess(context);
    process.serve();
    process.tasks.put("node-cache", context.nodes()::watch);
    modules.forEach(module -> module.register(context, process.registrar()));
    process.spawn("start", process::startOnceReachable);
    return process;
  }

  /** The client that {@code options} ask for. */
  private static KubernetesClient client(
      OperatorOptions options, MetricsRegistry metrics, ServerClock clock) {
    Config found =
        options
            .kubeconfig()
            .map(path -> Config.fromKubeconfig(new File(path.toString())))
            .orElseGet(() -> Config.autoConfigure(null));
    Config config =
        new ConfigBuilder(found)
            .withHttp2Disable(!options.http2())
            .withUserAgent("kairos-operator")
            // Whoever asked tries again, knowing more; an eviction that may not be must not block.
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientBuilderConsumer(
            builder ->
                builder
                    .addOrReplaceInterceptor("metrics", new RequestMetrics(metrics))
                    .addOrReplaceInterceptor("clock", clock))
        .build();
  }

  public OperatorContext context() {
    return context;
  }

  /** Returns when {@link #stop} was called. */
  public void awaitEnd() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether this replica's controllers work. */
  public boolean isLeading() {
    return leading.get();
  }

  private void serve() {
    OperatorOptions options = context.options();
    if (!options.probeAddress().equals("0")) {
      endpoints.add(
          HealthEndpoint.serve(options.probeAddress(), Optional::empty, this::reasonNotReady));
    }
    if (!options.metricsAddress().equals("0")) {
      endpoints.add(
          MetricsEndpoint.serve(options, context.metrics(), context.client(), context.clock()));
    }
    context
        .metrics()
        .gauge(
            "leader_election_master_status",
            "1 while this replica leads",
            () -> leading.get() ? 1.0 : 0.0,
            "name",
            Names.LEASE);
  }

  private Optional<String> reasonNotReady() {
    return ready.get() ? Optional.empty() : Optional.of("the API server has not answered yet");
  }

  private void configure(ConfigurationServiceOverrider settings) {
    settings
        .withKubernetesClient(context.client())
        .withCloseClientOnStop(false)
        .withMetrics(new ControllerMetrics(context.metrics()))
        .withStopOnInformerErrorDuringStartup(false)
        .withCacheSyncTimeout(Duration.ofMinutes(10))
        .withReconciliationTerminationTimeout(LONGEST_STOP)
        .withUseSSAToPatchPrimaryResource(false);
  }

  /** As a candidate for the lease, until this process is stopped. */
  private void elect() {
    String namespace = context.environment().namespace();
    var config =
        new LeaderElectionConfigBuilder()
            .withName(Names.LEASE)
            .withLock(new ObservedLease(new LeaseLock(namespace, Names.LEASE, identity())))
            .withLeaseDuration(LEASE)
            .withRenewDeadline(RENEWAL)
            .withRetryPeriod(RETRY)
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(
                new LeaderCallbacks(
                    this::lead,
                    this::leadershipLost,
                    leader -> LOG.log(Level.INFO, "leader is {0}", leader)))
            .build();
    election = context.client().leaderElector().withConfig(config).build().start();
    if (stopping.get()) { // since then; whoever stops has not seen this election
      election.cancel(true);
    }
  }

  /** Unique to this process: a restarted container of the same pod is another candidate. */
  private String identity() {
    String name = context.environment().podName().orElseGet(OperatorProcess::hostName);
    return name + "_" + java.util.UUID.randomUUID();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "operator"; // made unique by its suffix
    }
  }

  private ControllerModule.Registrar registrar() {
    return new ControllerModule.Registrar() {
      @Override
      public <P extends HasMetadata> void reconciler(
          String name,
          Reconciler<P> reconciler,
          Consumer<ControllerConfigurationOverrider<P>> settings) {
        operator.register(
            reconciler,
            (ControllerConfigurationOverrider<P> overrider) -> {
              overrider
                  .withName(name)
                  .watchingAllNamespaces()
                  .withRetry(
                      new GenericRetry()
                          .setInitialInterval(Duration.ofSeconds(1))
                          .setIntervalMultiplier(2)
                          .setMaxInterval(LONGEST_BACKOFF.toMillis())
                          .withoutMaxAttempts());
              settings.accept(overrider);
            });
      }

      @Override
      public void whileLeading(String name, ControllerModule.Task task) {
        tasks.put(name, task);
      }
    };
  }

  private void startOnceReachable() throws InterruptedException {
    while (!isReachable()) {
      TimeUnit.MILLISECONDS.sleep(AGAIN.toMillis());
    }
    if (context.options().leaderElection()) {
      elect();
    } else {
      lead();
    }
  }

  private boolean isReachable() {
    try {
      String version = context.client().getKubernetesVersion().getGitVersion();
      LOG.log(Level.INFO, "API server {0}: {1}", context.client().getMasterUrl(), version);
      ready.set(true);
      return true;
    } catch (KubernetesClientException e) {
      LOG.log(
          Level.WARNING,
          "the API server does not answer, asking again in " + AGAIN.toSeconds() + " s",
          e);
      return false;
    }
  }

  /** Returns at once, for the elector has to go on renewing the lease. */
  private void lead() {
    leading.set(true);
    LOG.log(Level.INFO, "leading");
    spawn("controllers", this::startControllers);
    tasks.forEach((name, task) -> spawn(name, () -> forever(name, task)));
  }

  private void startControllers() throws InterruptedException {
    while (true) {
      try {
        operator.start();
        return;
      } catch (KubernetesClientException | OperatorException e) {
        LOG.log(
            Level.WARNING,
            "controllers cannot start yet, trying again in " + AGAIN.toSeconds() + " s",
            e);
        TimeUnit.MILLISECONDS.sleep(AGAIN.toMillis());
      }
    }
  }

  private void leadershipLost() {
    leading.set(false);
    if (!stopping.get()) {
      LOG.log(Level.ERROR, "lost the lease {0}; another replica works from here", Names.LEASE);
      Runtime.getRuntime().halt(LOST_LEASE);
    }
  }

  private static void forever(String name, ControllerModule.Task task) throws InterruptedException {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        task.run();
        return;
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, name + " failed and starts again in " + AGAIN.toSeconds() + " s", e);
        TimeUnit.MILLISECONDS.sleep(AGAIN.toMillis());
      }
    }
  }

  private void spawn(String name, ControllerModule.Task task) {
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    task.run();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // asked to end
                  }
                });
    synchronized (threads) {
      threads.add(thread);
    }
    thread.start();
  }

  @Override
  public void close() {
    stop();
  }

  /** Lets running reconciliations end, gives the lease back, and closes the client. */
  public void stop() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    synchronized (threads) {
      threads.forEach(Thread::interrupt);
    }
    try {
      operator.stop();
      election.cancel(true); // gives the lease back
      for (AutoCloseable endpoint : endpoints) {
        endpoint.close();
      }
    } catch (Exception e) {
      LOG.log(Level.WARNING, "stopped, but not cleanly", e);
    }
    context.events().close();
    context.client().close();
    leading.set(false);
    ended.countDown();
  }
}
