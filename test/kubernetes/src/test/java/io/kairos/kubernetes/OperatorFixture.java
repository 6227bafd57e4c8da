package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kairos.kubernetes.SimulatedKubelets.Ending;
import io.kairos.operator.ControllerModules;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.nodeop.NodeOp;
import io.kairos.operator.nodeop.NodeStatus;
import io.kairos.operator.process.OperatorProcess;
import io.kairos.testkit.process.SupervisedProcess;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/** An API server that knows the operator's kinds, and operators that work on it. */
final class OperatorFixture implements AutoCloseable {
  static final String OPERATOR_NAMESPACE = "operator-system";
  static final String NAMESPACE = "default";
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final List<String> DEFINITIONS =
      List.of(
          "operator.kairos.io_nodeops",
          "operator.kairos.io_nodeopupgrades",
          "build.kairos.io_osartifacts");
  private static final List<String> KINDS =
      List.of(
          "operator.kairos.io/v1alpha1/nodeops",
          "operator.kairos.io/v1alpha1/nodeopupgrades",
          "build.kairos.io/v1alpha2/osartifacts");

  final Cluster cluster;
  final KubernetesClient client;

  OperatorFixture(Cluster cluster) {
    this.cluster = cluster;
    this.client = KitClient.of(cluster.kubeconfig());
    for (String name : DEFINITIONS) {
      InputStream yaml =
          OperatorFixture.class.getResourceAsStream("/io/kairos/operator/crd/" + name + ".yaml");
      client.load(yaml).items().forEach(item -> client.resource(item).create());
    }
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(OPERATOR_NAMESPACE)
                .endMetadata()
                .build())
        .create();
    KINDS.forEach(cluster.controlPlane()::awaitServed);
  }

  /**
   * @param endings empty for a pod that runs until it is deleted
   */
  SimulatedKubelets kubelets(Function<PlacedPod, Optional<Ending>> endings) {
    return SimulatedKubelets.start(cluster.controlPlane(), endings);
  }

  /** An operator in this process. */
  OperatorProcess operator(Path kubeconfig, String... flags) {
    return operator(kubeconfig, environment(), flags);
  }

  OperatorProcess operator(Path kubeconfig, Map<String, String> environment, String... flags) {
    return OperatorProcess.start(
        options(kubeconfig, flags), OperatorEnvironment.of(environment), ControllerModules.ALL);
  }

  /** One whose machine has another clock than this one. */
  OperatorProcess operator(Path kubeconfig, InstantSource clock, String... flags) {
    return OperatorProcess.start(
        options(kubeconfig, flags),
        OperatorEnvironment.of(environment()),
        ControllerModules.ALL,
        clock);
  }

  private static OperatorOptions options(Path kubeconfig, String... flags) {
    var words =
        new ArrayList<>(
            List.of("--kubeconfig=" + kubeconfig, "--health-probe-bind-address=127.0.0.1:0"));
    words.addAll(List.of(flags));
    return OperatorOptions.parse(words);
  }

  static Map<String, String> environment() {
    return Map.of(
        "CONTROLLER_POD_NAMESPACE", OPERATOR_NAMESPACE,
        "OPERATOR_IMAGE", KitImages.BUSYBOX,
        "NODE_LABELER_IMAGE", KitImages.BUSYBOX,
        "NODEOP_DEFAULT_IMAGE", KitImages.BUSYBOX,
        "SENTINEL_IMAGE", KitImages.BUSYBOX);
  }

  /** An operator in a process of its own, to be killed. */
  SupervisedProcess operatorProcess(Path kubeconfig, Path folder, int number) {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return SupervisedProcess.start(
        SupervisedProcess.Program.of(
                "operator",
                folder,
                folder.resolve("operator-" + number + ".log"),
                List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath,
                    "io.kairos.operator.OperatorMain",
                    "--kubeconfig=" + kubeconfig,
                    "--health-probe-bind-address=0"))
            .env(environment()));
  }

  /**
   * @param spec YAML, indented by nothing
   */
  NodeOp create(String name, String spec) {
    String yaml =
        "apiVersion: operator.kairos.io/v1alpha1\nkind: NodeOp\nmetadata: {name: "
            + name
            + ", namespace: "
            + NAMESPACE
            + "}\nspec:\n"
            + spec.indent(2);
    return client
        .resource(client.getKubernetesSerialization().unmarshal(yaml, NodeOp.class))
        .create();
  }

  /** Objects of any kind out of YAML; each into the default namespace unless it names another. */
  List<HasMetadata> createAll(String yaml) {
    return KitClient.load(client, yaml).items().stream()
        .map(
            item ->
                item.getMetadata().getNamespace() == null && !(item instanceof Node)
                    ? client.resource(item).inNamespace(NAMESPACE).create()
                    : client.resource(item).create())
        .toList();
  }

  NodeOp nodeOp(String name) {
    return client.resources(NodeOp.class).inNamespace(NAMESPACE).withName(name).get();
  }

  NodeStatus entry(String nodeOp, String node) {
    NodeOp found = nodeOp(nodeOp);
    return found == null || found.getStatus() == null || found.getStatus().nodeStatuses() == null
        ? null
        : found.getStatus().nodeStatuses().get(node);
  }

  boolean isEntry(String nodeOp, String node, Predicate<NodeStatus> claim) {
    NodeStatus entry = entry(nodeOp, node);
    return entry != null && claim.test(entry);
  }

  void awaitPhase(String name, String phase) {
    try {
      await(
          "NodeOp " + name + " to be " + phase,
          () -> {
            NodeOp found = nodeOp(name);
            return found.getStatus() != null && phase.equals(found.getStatus().phase());
          });
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          client.getKubernetesSerialization().asYaml(nodeOp(name).getStatus()), e);
    }
  }

  void await(String what, BooleanSupplier condition) {
    cluster.controlPlane().await(what, LONG, condition);
  }

  List<Job> jobsOf(String nodeOp) {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withLabel("kairos.io/nodeop", nodeOp)
        .list()
        .getItems();
  }

  Node node(String name) {
    return client.nodes().withName(name).get();
  }

  boolean isSchedulable(String node) {
    return !Boolean.TRUE.equals(node(node).getSpec().getUnschedulable());
  }

  void patchSpec(String nodeOp, String json) {
    client
        .resources(NodeOp.class)
        .inNamespace(NAMESPACE)
        .withName(nodeOp)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + json + "}");
  }

  void deleteNodeOps() {
    client.resources(NodeOp.class).inNamespace(NAMESPACE).delete();
    await(
        "NodeOps to be gone",
        () -> client.resources(NodeOp.class).inNamespace(NAMESPACE).list().getItems().isEmpty());
  }

  void assertNobodyIsCordoned() {
    await(
        "all nodes to be schedulable",
        () ->
            client.nodes().list().getItems().stream()
                .noneMatch(node -> Boolean.TRUE.equals(node.getSpec().getUnschedulable())));
    assertThat(client.nodes().list().getItems())
        .allSatisfy(
            node ->
                assertThat(
                        node.getMetadata().getAnnotations() == null
                            || !node.getMetadata()
                                .getAnnotations()
                                .containsKey("operator.kairos.io/cordoned-by"))
                    .isTrue());
  }

  @Override
  public void close() {
    client.close();
    cluster.close();
  }
}
