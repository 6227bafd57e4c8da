package io.kairos.bench;

import io.kairos.base.HostFailure;
import io.kairos.dist.cli.Console;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.formats.json.JsonObject;
import io.kairos.formats.yaml.Yaml;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.ApiClient;
import io.kairos.kubernetes.ApiClient.Answer;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.kubernetes.PlacedPod;
import io.kairos.kubernetes.SimulatedKubelets;
import io.kairos.kubernetes.SimulatedKubelets.Ending;
import io.kairos.testkit.process.SupervisedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * An upgrade of many nodes by the operator, on a real API server with a real Job controller. Nodes
 * are objects whose kubelets are played, and which do at once what they are asked for, so what is
 * measured is the operator.
 */
final class RolloutBench {
  private static final Duration DEADLINE = Duration.ofHours(3);
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final String NAMESPACE = "operator-system";
  private static final String ACCOUNT = "operator-kairos-operator";
  private static final String NAME = "kairos-upgrade";
  private static final String KINDS = "operator.kairos.io/v1alpha1";
  private static final String OBJECTS = "/apis/" + KINDS + "/namespaces/default";
  private static final String NODEOP = OBJECTS + "/nodeops/" + NAME;
  private static final String UPGRADE = OBJECTS + "/nodeopupgrades/" + NAME;
  private static final String LABELER_JOBS_LEFT =
      "/apis/batch/v1/namespaces/" + NAMESPACE + "/jobs?fieldSelector=status.successful%3D0";

  /** What it asks for with nothing to do: its lease, the rounds of the labeler, watches anew. */
  private static final Pattern ALWAYS = Pattern.compile(".* (leases|daemonsets)|(list|watch) .*");

  private final LinuxHost host;
  private final WorkshopHome home;
  private final Console console;
  private final int nodes;
  private final int concurrency;
  private final boolean labels;
  private final Optional<Path> recording;

  /**
   * @param concurrency nodes at once; 0 for all
   * @param labels whether the labeler looks at the nodes before, by a Job on each
   * @param recording where Flight Recorder writes what our operator does
   */
  RolloutBench(
      LinuxHost host,
      WorkshopHome home,
      Console console,
      int nodes,
      int concurrency,
      boolean labels,
      Optional<Path> recording) {
    this.host = host;
    this.home = home;
    this.console = console;
    this.nodes = nodes;
    this.concurrency = concurrency;
    this.labels = labels;
    this.recording = recording;
  }

  /**
   * @param upstream the original's program, to be measured beside ours
   */
  List<Measurement> run(Optional<Path> upstream) {
    Optional<RolloutFigures> theirs = upstream.map(file -> measure(Optional.of(file)));
    RolloutFigures ours = measure(Optional.empty());
    String remark =
        nodes
            + " nodes, "
            + (concurrency == 0 ? "all" : Integer.toString(concurrency))
            + " at once";
    return ours.measurements(theirs, remark);
  }

  private RolloutFigures measure(Optional<Path> upstream) {
    try {
      Path folder = Files.createTempDirectory("kairos-bench-rollout");
      Path audit = folder.resolve("audit.log");
      Path policy = Files.write(folder.resolve("audit-policy.yaml"), resource("audit-policy.yaml"));
      ClusterSpec spec =
          ClusterSpec.controlPlane(
                  folder, KubernetesProgram.built(host), ClusterSpec.Parts.CONTROLLERS)
              .withApiServerFlags(
                  "--audit-policy-file=" + policy,
                  "--audit-log-path=" + audit,
                  "--audit-log-maxsize=100000") // MB; what is rotated away is not counted
              // No heartbeats, no pods of the labeler, and a Job controller that nobody waits for.
              .withControllerFlags(
                  "--controllers=*,-node-lifecycle-controller,-daemonset-controller",
                  "--kube-api-qps=2000",
                  "--kube-api-burst=4000",
                  "--concurrent-job-syncs=10");
      RolloutFigures figures;
      try (Cluster cluster = Cluster.start(host, spec)) {
        figures = new Run(cluster, new AuditLog(audit), upstream).measure();
      }
      FileTree.delete(folder); // kept when something went wrong
      return figures;
    } catch (IOException e) {
      throw new HostFailure("cannot prepare a rollout", e);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = RolloutBench.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private void say(String what) {
    console.err().println("rollout: " + what);
  }

  /** One operator on one control plane. */
  private final class Run {
    private final Cluster cluster;
    private final ApiClient admin;
    private final AuditLog audit;
    private final Optional<Path> upstream;
    private final AtomicInteger lookedAt = new AtomicInteger();
    private long largestNodeOp;
    private long largestUpgrade;
    private long looked;

    Run(Cluster cluster, AuditLog audit, Optional<Path> upstream) {
      this.cluster = cluster;
      this.admin = cluster.controlPlane().admin();
      this.audit = audit;
      this.upstream = upstream;
    }

    RolloutFigures measure() throws IOException {
      install();
      try (SimulatedKubelets kubelets =
          SimulatedKubelets.startSilent(cluster.controlPlane(), this::ending)) {
        addNodes(kubelets);
        OperatorRun run =
            new OperatorRun(
                OperatorRun.containerOf(
                    admin
                        .get("/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/" + ACCOUNT)
                        .orElseThrow()),
                home,
                upstream,
                recording);
        Path kubeconfig =
            cluster
                .kubeconfigOf(NAMESPACE, ACCOUNT)
                .write(cluster.spec().directory().resolve("operator.kubeconfig"));
        try (SupervisedProcess operator = run.start(cluster.spec().directory(), kubeconfig)) {
          return measure(operator);
        }
      }
    }

    private void install() {
      say("installing the operator's manifests");
      Path manifests = home.root().resolve("products/operator/deploy/config/default");
      kubectl("apply", "--server-side", "-k", manifests.toString());
      cluster.controlPlane().awaitServed(KINDS + "/nodeopupgrades");
      if (upstream.isPresent()) { // it makes roles of its own
        kubectl(
            "create",
            "clusterrolebinding",
            "upstream",
            "--clusterrole=cluster-admin",
            "--serviceaccount=" + NAMESPACE + ":" + ACCOUNT);
      }
    }

    private void kubectl(String... words) {
      host.run(
          Command.of("kubectl", "--kubeconfig=" + cluster.kubeconfig())
              .with(words)
              .within(Duration.ofMinutes(2)));
    }

    private Optional<Ending> ending(PlacedPod pod) {
      if (pod.labels().containsKey("kairos.io/nodeop") && pod.job().isPresent()) {
        return Optional.of(new Ending(0, "fromVersion=v4.0.0\ntoVersion=v4.1.0"));
      }
      if (pod.namespace().equals(NAMESPACE)) {
        lookedAt.incrementAndGet();
      }
      return Optional.of(Ending.WELL);
    }

    /** Named as a cloud names them, since names are most of a status. */
    private void addNodes(SimulatedKubelets kubelets) {
      say("making " + nodes + " nodes");
      try (var workers = Executors.newFixedThreadPool(8)) {
        List<? extends Future<?>> made =
            IntStream.range(0, nodes)
                .mapToObj("ip-10-20-%04d.eu-central-1.compute.internal"::formatted)
                .map(name -> workers.submit(() -> kubelets.addNode(name, labels(name))))
                .toList();
        for (Future<?> one : made) {
          one.get();
        }
      } catch (ExecutionException e) {
        throw new HostFailure("cannot make nodes: " + e.getCause().getMessage(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HostFailure("interrupted while making nodes", e);
      }
    }

    private Map<String, String> labels(String node) {
      var of = new LinkedHashMap<>(Map.of("kubernetes.io/hostname", node));
      if (!labels) {
        of.put("kairos.io/managed", "false");
      }
      return of;
    }

    private RolloutFigures measure(SupervisedProcess operator) throws IOException {
      if (labels) {
        operator.await("the labeler's look at all nodes", DEADLINE, everySoOften(this::isLabelled));
      } else {
        operator.await("a leading operator", DEADLINE, everySoOften(this::leads));
      }
      var before = ProcessUse.of(operator);
      double calls = audit.next().values().stream().mapToInt(Integer::intValue).sum();
      say(
          "all nodes are known; so far %.1f calls a node, %.0f s of CPU, at most %d MiB"
              .formatted(calls / nodes, before.cpuSeconds(), before.peakMemory() >> 20));
      long begin = System.nanoTime();
      admin.post(OBJECTS + "/nodeopupgrades", upgrade());
      operator.await("the end of the rollout", DEADLINE, everySoOften(this::isOver));
      double seconds = since(begin);
      var all = new TreeMap<String, Integer>();
      operator.await("a quiet operator", DEADLINE, everySoOften(() -> isQuiet(all)));
      double quiet = since(begin);
      var after = ProcessUse.of(operator);
      requireOneJobEach();
      return new RolloutFigures(
          nodes,
          seconds,
          quiet,
          all,
          after.peakMemory(),
          after.cpuSeconds() - before.cpuSeconds(),
          largestNodeOp,
          largestUpgrade);
    }

    private static double since(long begin) {
      return (System.nanoTime() - begin) / 1e9;
    }

    /** The conditions here are large objects. */
    private BooleanSupplier everySoOften(BooleanSupplier condition) {
      return () -> {
        if (System.nanoTime() - looked < LOOK.toNanos()) {
          return false;
        }
        boolean holds = condition.getAsBoolean();
        looked = System.nanoTime();
        return holds;
      };
    }

    private boolean leads() {
      return admin
          .get(
              "/apis/coordination.k8s.io/v1/namespaces/" + NAMESPACE + "/leases/ce9721c3.kairos.io")
          .isPresent();
    }

    private boolean isLabelled() {
      say("the labeler has looked at " + lookedAt + " nodes");
      return lookedAt.get() >= nodes
          && admin.get(LABELER_JOBS_LEFT).orElseThrow().objects("items").isEmpty();
    }

    @SuppressWarnings("unchecked") // keys of a mapping of this file are texts
    private Map<String, Object> upgrade() throws IOException {
      String yaml = new String(resource("rollout.yaml"), StandardCharsets.UTF_8);
      var upgrade =
          new LinkedHashMap<>((Map<String, Object>) Yaml.parse(yaml, "rollout.yaml").value());
      var spec = new LinkedHashMap<>((Map<String, Object>) upgrade.get("spec"));
      spec.put("concurrency", concurrency);
      upgrade.put("spec", spec);
      return upgrade;
    }

    private boolean isOver() {
      Answer nodeOp = admin.request("GET", NODEOP, Optional.empty());
      Answer whole = admin.request("GET", UPGRADE, Optional.empty());
      if (!nodeOp.succeeded() || !whole.succeeded()) {
        return false;
      }
      largestNodeOp = Math.max(largestNodeOp, size(nodeOp));
      largestUpgrade = Math.max(largestUpgrade, size(whole));
      Optional<JsonObject> status = nodeOp.object().object("status");
      say(
          status.flatMap(seen -> seen.text("message")).orElse("begun")
              + status
                  .flatMap(seen -> seen.object("counts"))
                  .map(JsonObject::members)
                  .map(counts -> " " + counts)
                  .orElse(""));
      String phase = phase(whole);
      if (phase.equals("Failed")) {
        throw new HostFailure("the rollout failed, see " + cluster.spec().directory());
      }
      return phase.equals("Completed");
    }

    private static String phase(Answer answer) {
      return answer.object().object("status").flatMap(status -> status.text("phase")).orElse("");
    }

    private static long size(Answer answer) {
      return answer.body().getBytes(StandardCharsets.UTF_8).length;
    }

    private boolean isQuiet(Map<String, Integer> all) {
      Map<String, Integer> calls = audit.next();
      calls.forEach((what, count) -> all.merge(what, count, Integer::sum));
      int count =
          calls.entrySet().stream()
              .filter(call -> !ALWAYS.matcher(call.getKey()).matches())
              .mapToInt(Map.Entry::getValue)
              .sum();
      say("the operator asked for " + count + " things more");
      return count == 0;
    }

    private void requireOneJobEach() {
      int made =
          admin
              .get("/apis/batch/v1/namespaces/default/jobs?labelSelector=kairos.io/nodeop")
              .orElseThrow()
              .objects("items")
              .size();
      if (made != nodes) {
        throw new HostFailure(
            made + " Jobs were made for " + nodes + " nodes, see " + cluster.spec().directory());
      }
    }
  }
}
