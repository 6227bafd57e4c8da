package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.SimulatedKubelets.Ending;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.osartifact.OSArtifactStatus;
import io.kairos.operator.osartifact.OSArtifactStatus.Phase;
import io.kairos.operator.process.OperatorProcess;
import io.kairos.operator.upgrade.NodeOpUpgrade;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** All that the operator does works with the roles that we ship, and with no rule less. */
class OperatorRightsIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/OperatorRightsIT").toAbsolutePath();
  private static final Path DEPLOY =
      Path.of("../../products/operator/deploy/config").toAbsolutePath().normalize();
  private static final String ACCOUNT = "operator-kairos-operator";
  private static final String MANAGER = "operator-manager-role";
  private static final String METRICS = "operator-metrics-auth-role";
  private static final String LEASES = "operator-leader-election-role";
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

  /**
   * For whoever changes the roles: takes away verbs one by one, of resources that match this, for
   * example {@code secrets|pods/.*}; half a minute each.
   */
  private static final Optional<Pattern> VERBS =
      Optional.ofNullable(System.getProperty("kairos.rights.verbs")).map(Pattern::compile);

  /** OSArtifacts whose mistake has been put right. */
  private static final Set<String> EDITED = ConcurrentHashMap.newKeySet();

  private static OperatorFixture fixture;
  private static SimulatedKubelets kubelets;
  private static Path kubeconfig;
  private static int run;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    FileTree.delete(FOLDER);
    fixture =
        new OperatorFixture(
            Cluster.start(
                HOST,
                ClusterSpec.controlPlane(FOLDER, program, ClusterSpec.Parts.CONTROLLERS)
                    .withApiServerFlags(
                        "--enable-admission-plugins=OwnerReferencesPermissionEnforcement")));
    for (String part : List.of("operator", "labeler")) {
      String yaml = ManifestRenderers.built(HOST).kustomized(DEPLOY.resolve(part));
      KitClient.load(fixture.client, yaml).items().stream()
          .filter(OperatorRightsIT::isAboutRights)
          .forEach(item -> fixture.client.resource(item).create());
    }
    kubelets = fixture.kubelets(OperatorRightsIT::ending);
    kubelets.addNode("r1", Map.of("kubernetes.io/hostname", "r1"));
    kubeconfig =
        fixture
            .cluster
            .kubeconfigOf(OperatorFixture.OPERATOR_NAMESPACE, ACCOUNT)
            .write(FOLDER.resolve("operator.kubeconfig"));
  }

  /** Workloads run on; a builder fails until its artifact has been edited. */
  private static Optional<Ending> ending(PlacedPod pod) {
    String artifact = pod.labels().get("build.kairos.io/artifact");
    if (artifact != null && !EDITED.contains(artifact)) {
      return Optional.of(new Ending(1, "no such package"));
    }
    return pod.name().startsWith("workload") ? Optional.empty() : Optional.of(Ending.WELL);
  }

  private static boolean isAboutRights(HasMetadata item) {
    return List.of("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
        .contains(item.getKind());
  }

  @AfterAll
  static void end() {
    if (kubelets != null) {
      kubelets.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  @Tag("cluster")
  @Test
  void everythingWorksWithTheShippedRoles() {
    assertThat(missing(LONG_ENOUGH)).as("what did not happen").isEmpty();
  }

  /** Each takes as long as it takes to see that something does not happen. */
  @Tag("long")
  @TestFactory
  List<DynamicTest> withoutAnyRuleSomethingBreaks() {
    Instant begin = Instant.now();
    assertThat(missing(LONG_ENOUGH)).as("what did not happen with all rules").isEmpty();
    // So much longer than with all rules that what is missing then is missing for want of a right.
    Duration broken = Duration.between(begin, Instant.now()).multipliedBy(2).plusSeconds(5);
    var tests = new ArrayList<DynamicTest>();
    KubernetesClient client = fixture.client;
    for (String name : List.of(MANAGER, METRICS)) {
      List<PolicyRule> all = client.rbac().clusterRoles().withName(name).get().getRules();
      for (Less less : VERBS.map(of -> withoutAVerb(all, of)).orElseGet(() -> withoutARule(all))) {
        tests.add(
            DynamicTest.dynamicTest(
                name + " without " + less.what(),
                () -> {
                  setRules(name, less.rules());
                  try {
                    assertThat(missing(broken)).as("what breaks").isNotEmpty();
                  } finally {
                    setRules(name, all);
                  }
                }));
      }
    }
    tests.add(
        DynamicTest.dynamicTest(
            "without leases",
            () -> {
              var roles = client.rbac().roles().inNamespace(OperatorFixture.OPERATOR_NAMESPACE);
              Role role = roles.withName(LEASES).get();
              roles
                  .withName(LEASES)
                  .edit(
                      has -> {
                        has.setRules(List.of());
                        return has;
                      });
              try {
                assertThat(missing(broken)).contains("it leads");
              } finally {
                roles
                    .withName(LEASES)
                    .edit(
                        has -> {
                          has.setRules(role.getRules());
                          return has;
                        });
              }
            }));
    return tests;
  }

  /** A role of which something was taken away. */
  private record Less(String what, List<PolicyRule> rules) {}

  private static List<Less> withoutARule(List<PolicyRule> all) {
    return all.stream()
        .map(
            rule ->
                new Less(
                    rule.getResources() + " " + rule.getVerbs(),
                    all.stream().filter(each -> !each.equals(rule)).toList()))
        .toList();
  }

  private static List<Less> withoutAVerb(List<PolicyRule> all, Pattern resources) {
    var less = new ArrayList<Less>();
    for (PolicyRule rule : all) {
      List<PolicyRule> others = all.stream().filter(each -> !each.equals(rule)).toList();
      for (String resource : rule.getResources()) {
        if (!resources.matcher(resource).matches()) {
          continue;
        }
        for (String verb : rule.getVerbs()) {
          var kept = new ArrayList<>(others);
          kept.add(
              new PolicyRuleBuilder(rule)
                  .withResources(without(rule.getResources(), resource))
                  .build());
          kept.add(
              new PolicyRuleBuilder(rule)
                  .withResources(resource)
                  .withVerbs(without(rule.getVerbs(), verb))
                  .build());
          kept.removeIf(each -> each.getResources().isEmpty() || each.getVerbs().isEmpty());
          less.add(new Less(resource + " " + verb, kept));
        }
      }
    }
    return less;
  }

  private static List<String> without(List<String> all, String one) {
    return all.stream().filter(each -> !each.equals(one)).toList();
  }

  private static void setRules(String role, List<PolicyRule> rules) {
    fixture
        .client
        .rbac()
        .clusterRoles()
        .withName(role)
        .edit(
            has -> {
              has.setRules(rules);
              return has;
            });
  }

  /** Runs everything once; what has not happened in time. */
  private static List<String> missing(Duration deadline) {
    run++;
    String name = "rights-" + run;
    String up = "up-" + run;
    String build = "build-" + run;
    int port = freePort();
    var expected = new LinkedHashMap<String, BooleanSupplier>();
    try (OperatorProcess operator =
        fixture.operator(
            kubeconfig, "--leader-elect", "--metrics-bind-address=127.0.0.1:" + port)) {
      prepare(name, up);
      prepare(build);
      expected.put("it leads", operator::isLeading);
      expected.put("the node is cordoned", () -> !fixture.isSchedulable("r1"));
      expected.put("the NodeOp is finished and goes", () -> fixture.nodeOp(name) == null);
      expected.put("the upgrade tells its phase", () -> phase(up) != null);
      expected.put("its NodeOp follows it", () -> isUnpaused(up));
      expected.put("the upgrade is finished and goes", () -> upgrade(up) == null);
      expected.put("the node is given back", () -> fixture.isSchedulable("r1"));
      expected.put("the workload was evicted", () -> !exists("workload-" + run));
      expected.put("events are written", () -> hasEvents(name));
      expected.put("the labeler is there", OperatorRightsIT::hasLabeler);
      expected.put("the build fails at first", () -> EDITED.contains(build));
      expected.put("once it is edited all is built", () -> isReady(build));
      expected.put("what it needed is tidied away", () -> isTidy(build));
      expected.put("metrics are served", () -> servesMetrics(port));
      try {
        fixture
            .cluster
            .controlPlane()
            .await(
                "everything",
                deadline,
                () -> {
                  expected.entrySet().removeIf(entry -> holds(entry.getValue()));
                  if (phase(up) != null && isPaused(up)) {
                    resume(up);
                  }
                  boolean played = // one that goes at this moment is looked at once more
                      holds(
                          () -> {
                            bindPods();
                            edit(build);
                            return true;
                          });
                  return played && expected.isEmpty();
                });
      } catch (RuntimeException | Error e) { // told by what is left
        return List.copyOf(expected.keySet());
      }
      return List.of();
    } finally {
      cleanUp();
    }
  }

  private static boolean holds(BooleanSupplier claim) {
    try {
      return claim.getAsBoolean();
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private static void prepare(String name, String up) {
    fixture.createAll(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: workload-%d}
        spec:
          nodeName: r1
          containers: [{name: c, image: x}]
        ---
        apiVersion: operator.kairos.io/v1alpha1
        kind: NodeOpUpgrade
        metadata: {name: %s}
        spec:
          image: new
          paused: true
          healthGate: {enabled: false}
          ttlSecondsAfterFinished: 1
        """
            .formatted(run, up));
    fixture.create(
        name,
        """
        command: ['true']
        preflight: {command: ['true']}
        cordon: true
        drainOptions: {enabled: true, force: true}
        rebootOnSuccess: true
        ttlSecondsAfterFinished: 1
        """);
  }

  private static void prepare(String build) {
    fixture.createAll(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: definition-%1$s}
        stringData: {ociSpec: "FROM mistaken"}
        ---
        apiVersion: build.kairos.io/v1alpha2
        kind: OSArtifact
        metadata: {name: %1$s}
        spec:
          image: {ociSpec: {ref: {name: definition-%1$s}}}
          artifacts: {iso: true, osRelease: "A=1"}
          ttlSecondsAfterFinished: 1
          exporters:
            - template:
                spec:
                  restartPolicy: Never
                  containers: [{name: c, image: x}]
        """
            .formatted(build));
  }

  /** The scheduler's part. */
  private static void bindPods() {
    fixture.client.pods().inNamespace("default").list().getItems().stream()
        .filter(pod -> pod.getSpec().getNodeName() == null)
        .forEach(
            pod ->
                fixture
                    .client
                    .bindings()
                    .inNamespace("default")
                    .resource(
                        new BindingBuilder()
                            .withNewMetadata()
                            .withName(pod.getMetadata().getName())
                            .endMetadata()
                            .withNewTarget()
                            .withApiVersion("v1")
                            .withKind("Node")
                            .withName("r1")
                            .endTarget()
                            .build())
                    .create());
  }

  /** Once it has failed: the definition and the spec, so that both copies of them change. */
  private static void edit(String build) {
    if (EDITED.contains(build) || build(build).phase() != Phase.ERROR) {
      return;
    }
    EDITED.add(build);
    var merge = PatchContext.of(PatchType.JSON_MERGE);
    fixture
        .client
        .secrets()
        .inNamespace("default")
        .withName("definition-" + build)
        .patch(merge, "{\"stringData\":{\"ociSpec\":\"FROM right\"}}");
    fixture
        .client
        .resources(OSArtifact.class)
        .inNamespace("default")
        .withName(build)
        .patch(merge, "{\"spec\":{\"artifacts\":{\"osRelease\":\"A=2\"}}}");
  }

  private static OSArtifactStatus build(String name) {
    return OSArtifactStatus.read(
        fixture
            .client
            .resources(OSArtifact.class)
            .inNamespace("default")
            .withName(name)
            .get()
            .getStatus());
  }

  private static boolean isReady(String build) {
    return build(build).phase() == Phase.READY;
  }

  private static boolean isTidy(String build) {
    var claim =
        fixture
            .client
            .persistentVolumeClaims()
            .inNamespace("default")
            .withName(build + "-artifacts")
            .get();
    return build(build).cleanupTime().isPresent()
        && (claim == null || claim.getMetadata().getDeletionTimestamp() != null);
  }

  private static NodeOpUpgrade upgrade(String name) {
    return fixture
        .client
        .resources(NodeOpUpgrade.class)
        .inNamespace(OperatorFixture.NAMESPACE)
        .withName(name)
        .get();
  }

  private static String phase(String upgrade) {
    NodeOpUpgrade found = upgrade(upgrade);
    return found == null || found.getStatus() == null ? null : found.getStatus().phase();
  }

  private static boolean isPaused(String upgrade) {
    NodeOpUpgrade found = upgrade(upgrade);
    return found != null && Boolean.TRUE.equals(found.getSpec().paused());
  }

  private static void resume(String upgrade) {
    fixture
        .client
        .resources(NodeOpUpgrade.class)
        .inNamespace(OperatorFixture.NAMESPACE)
        .withName(upgrade)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"paused\":false}}");
  }

  private static boolean isUnpaused(String upgrade) {
    NodeOp child = fixture.nodeOp(upgrade);
    return child != null && Boolean.FALSE.equals(child.getSpec().paused());
  }

  private static boolean exists(String pod) {
    return fixture.client.pods().inNamespace("default").withName(pod).get() != null;
  }

  private static boolean hasEvents(String nodeOp) {
    return fixture.client.v1().events().inNamespace("default").list().getItems().stream()
        .anyMatch(event -> nodeOp.equals(event.getInvolvedObject().getName()));
  }

  private static boolean hasLabeler() {
    var client = fixture.client;
    return client
                .apps()
                .daemonSets()
                .inNamespace(OperatorFixture.OPERATOR_NAMESPACE)
                .withName("kairos-node-labeler")
                .get()
            != null
        && client
                .batch()
                .v1()
                .jobs()
                .inNamespace(OperatorFixture.OPERATOR_NAMESPACE)
                .withName("kairos-node-labeler-r1")
                .get()
            != null;
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean servesMetrics(int port) {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trustingAll()).build()) {
      String token = Kubeconfig.read(fixture.cluster.kubeconfig()).token();
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/metrics"))
                  .header("Authorization", "Bearer " + token)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          && answer.body().contains("controller_runtime_reconcile_total");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The operator has signed its certificate itself, for a name of its own. */
  private static SSLContext trustingAll() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustingAll()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class TrustingAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String kind, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String kind, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** As if nothing had been; also what an operator without rights has left behind. */
  private static void cleanUp() {
    var client = fixture.client;
    String namespace = OperatorFixture.NAMESPACE;
    var merge = PatchContext.of(PatchType.JSON_MERGE);
    client.resources(NodeOpUpgrade.class).inNamespace(namespace).delete();
    client.resources(NodeOp.class).inNamespace(namespace).delete();
    client
        .resources(NodeOp.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(
            nodeOp ->
                client
                    .resources(NodeOp.class)
                    .inNamespace(namespace)
                    .withName(nodeOp.getMetadata().getName())
                    .patch(merge, "{\"metadata\":{\"finalizers\":null}}"));
    client.resources(OSArtifact.class).inNamespace(namespace).delete();
    client
        .resources(OSArtifact.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(
            artifact ->
                client
                    .resources(OSArtifact.class)
                    .inNamespace(namespace)
                    .withName(artifact.getMetadata().getName())
                    .patch(merge, "{\"metadata\":{\"finalizers\":null}}"));
    client.persistentVolumeClaims().inNamespace(namespace).delete();
    client.secrets().inNamespace(namespace).delete();
    client.pods().inNamespace(namespace).delete();
    client.batch().v1().jobs().inNamespace(namespace).delete();
    client
        .nodes()
        .withName("r1")
        .patch(
            merge,
            "{\"spec\":{\"unschedulable\":null},"
                + "\"metadata\":{\"annotations\":{\"operator.kairos.io/cordoned-by\":null}}}");
    String operators = OperatorFixture.OPERATOR_NAMESPACE;
    client.apps().daemonSets().inNamespace(operators).delete();
    client.batch().v1().jobs().inNamespace(operators).delete();
    client.leases().inNamespace(operators).delete();
  }
}
