package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.workshop.DemoCloudConfig;
import io.kairos.dist.workshop.NodeMachine;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.ClusterSpec.Parts;
import io.kairos.kubernetes.KitImages;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.operator.ControllerModules;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.process.OperatorProcess;
import io.kairos.testkit.qemu.Firmware;
import io.kairos.testkit.registry.DebianRegistry;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node of a Kubernetes cluster whose system is upgraded by {@code kubectl apply}: to one that
 * comes up, and to one that does not.
 */
@Tag("long")
class ClusterNodeIT extends NodeJourney {
  private static final String NODE = DemoCloudConfig.HOSTNAME;
  private static final String OPERATOR = "operator-system";
  private static final String ACCOUNT = "operator-kairos-operator";
  private static final String BUSYBOX = "registry.test/busybox:1";
  private static final String UPGRADES =
      "/apis/operator.kairos.io/v1alpha1/namespaces/default/nodeopupgrades/";

  /** Of one step; each takes minutes where every instruction is emulated. */
  private static final Duration LONG = Duration.ofMinutes(40);

  private KubernetesImage image;
  private DebianRegistry registry;
  private Cluster cluster;
  private OperatorProcess operator;
  private String firstVersion = "";

  ClusterNodeIT() {
    super(Firmware.BIOS);
  }

  @Override
  Path makeImage() throws IOException {
    image =
        KubernetesImage.made(
            HOST,
            DemoArtifacts.demoImage(),
            KubernetesProgram.built(HOST),
            DemoArtifacts.target().resolve("kubernetes-image"));
    return image.first();
  }

  @Override
  NodeMachine installed() throws IOException {
    return InstalledDisk.machine(
        HOST,
        firmware(),
        getClass().getSimpleName(),
        "kubernetes",
        DemoArtifacts.iso("kubernetes-debian-13", image.artifact()));
  }

  @BeforeAll
  void joinACluster() throws IOException, URISyntaxException {
    Path stored = folder().resolve("registry");
    FileTree.delete(stored);
    registry = DebianRegistry.start(Files.createDirectories(stored));
    push();
    Path state = folder().resolve("cluster");
    FileTree.delete(state);
    cluster =
        Cluster.start(
            HOST,
            ClusterSpec.controlPlane(state, KubernetesProgram.built(HOST), Parts.ALL)
                .joinedBy(NODE));
    startOperator();
    put("/oem/91_kubernetes.yaml", cloudConfig());
    answer(
        "sudo kairos-agent run-stage initramfs --strict"
            + " --override-cloud-init-paths /oem/91_kubernetes.yaml 2>&1"
            + " && sudo systemctl start kubelet kube-proxy && sync");
  }

  private void push() throws IOException, URISyntaxException {
    String host = registry.host();
    new RegistryImage(new KitImages(HOST, folder().resolve("registry")).layout())
        .push(host + "/busybox:1");
    image.labeler(HOST).push(host + "/labeler:1");
    image.next(HOST, "v0.2.0").push(host + "/kairos:next");
    image.broken(HOST, "v0.3.0").push(host + "/kairos:broken");
  }

  private String cloudConfig() throws IOException {
    Map<String, String> files = cluster.filesOf(NODE);
    String hosts =
        KubernetesImage.text("hosts.toml").replace("@REGISTRY@", registry.hostForGuests());
    return KubernetesImage.text("cloud-config.yaml")
        .replace("@KUBECONFIG@", encoded(files.get("/etc/kubernetes/kubeconfig")))
        .replace("@KUBE_PROXY@", encoded(files.get("/etc/kubernetes/kube-proxy.kubeconfig")))
        .replace("@KUBELET_CLIENT@", encoded(files.get("/etc/kubernetes/kubelet-client.crt")))
        .replace("@HOSTS@", encoded(hosts));
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** With exactly the rights that come with it; it runs here in place of its Deployment. */
  private void startOperator() {
    Path shipped =
        WorkshopHome.ofProcess().root().resolve("products/operator/deploy/config/default");
    kubectl("", "apply", "--server-side", "-k", shipped.toString());
    kubectl("", "delete", "deployment", ACCOUNT, "--namespace=" + OPERATOR);
    Path access =
        cluster.kubeconfigOf(OPERATOR, ACCOUNT).write(folder().resolve("cluster/operator"));
    operator =
        OperatorProcess.start(
            OperatorOptions.parse(
                List.of("--kubeconfig=" + access, "--health-probe-bind-address=0")),
            OperatorEnvironment.of(
                Map.of(
                    "CONTROLLER_POD_NAMESPACE", OPERATOR,
                    "OPERATOR_IMAGE", BUSYBOX,
                    "SENTINEL_IMAGE", BUSYBOX,
                    "NODE_LABELER_IMAGE", "registry.test/labeler:1")),
            ControllerModules.ALL);
  }

  private void apply(String yaml) {
    kubectl(yaml, "apply", "-f", "-");
  }

  private String kubectl(String input, String... words) {
    return HOST.run(
            Command.of("kubectl", "--kubeconfig=" + cluster.kubeconfig())
                .with(words)
                .stdin(input)
                .within(Duration.ofMinutes(2)))
        .text();
  }

  @AfterAll
  void leaveTheCluster() {
    if (operator != null) {
      operator.close();
    }
    if (cluster != null) {
      cluster.close();
    }
    if (registry != null) {
      registry.close();
    }
  }

  // ---- what the cluster says ----

  private JsonObject node() {
    return cluster
        .controlPlane()
        .admin()
        .get("/api/v1/nodes/" + NODE)
        .orElseThrow(() -> new AssertionError("the cluster does not know " + NODE));
  }

  private boolean isReady() {
    return cluster
        .controlPlane()
        .admin()
        .get("/api/v1/nodes/" + NODE)
        .flatMap(node -> node.object("status"))
        .stream()
        .flatMap(status -> status.objects("conditions").stream())
        .anyMatch(
            condition ->
                condition.requiredText("type").equals("Ready")
                    && condition.requiredText("status").equals("True"));
  }

  private boolean isCordoned() {
    return node().requiredObject("spec").flag("unschedulable").orElse(false);
  }

  private Map<String, String> labels() {
    return node().requiredObject("metadata").textMap("labels");
  }

  private String version() {
    return node()
        .requiredObject("metadata")
        .textMap("annotations")
        .getOrDefault("kairos.io/version", "none");
  }

  private JsonObject status(String upgrade) {
    return cluster
        .controlPlane()
        .admin()
        .get(UPGRADES + upgrade)
        .flatMap(found -> found.object("status"))
        .orElse(JsonObject.of(upgrade, Map.of()));
  }

  private Optional<JsonObject> entry(String upgrade) {
    return status(upgrade).object("nodeStatuses").flatMap(nodes -> nodes.object(NODE));
  }

  private void await(String what, BooleanSupplier condition) {
    try {
      cluster.controlPlane().await(what, LONG, condition);
    } catch (RuntimeException e) {
      throw new AssertionError(
          kubectl("", "get", "nodeops,nodeopupgrades,jobs,pods,nodes,events", "-A", "-o", "wide"),
          e);
    }
  }

  private String awaitEnd(String upgrade, BooleanSupplier eachTime) {
    await(
        "NodeOpUpgrade " + upgrade + " to end",
        () -> {
          boolean _ = eachTime.getAsBoolean();
          return List.of("Completed", "Failed").contains(status(upgrade).text("phase").orElse(""));
        });
    return status(upgrade).requiredText("phase");
  }

  // ---- the journey ----

  @Order(1)
  @Test
  void theNodeJoinsAndIsLabelled() {
    await("the node to be ready", this::isReady);
    await("the labeler to tell the boot", () -> labels().containsKey("kairos.io/boot-state"));

    await("its version", () -> !version().equals("none"));
    firstVersion = version();
    assertThat(labels())
        .containsEntry("kairos.io/managed", "true")
        .containsEntry("kairos.io/boot-state", "active");
    assertThat(firstVersion).isEqualTo(answer("kairos-agent state get kairos.version"));
  }

  @Order(2)
  @Test
  void anAppliedUpgradeBringsTheNextSystem() throws IOException {
    var wasCordoned = new AtomicBoolean();

    apply(KubernetesImage.text("upgrade.yaml"));

    String phase = awaitEnd("to-the-next", () -> wasCordoned.compareAndSet(false, isCordoned()));
    assertThat(phase).as("%s", status("to-the-next")).isEqualTo("Completed");
    JsonObject entry = entry("to-the-next").orElseThrow();
    assertThat(entry.requiredText("phase")).isEqualTo("Completed");
    assertThat(entry.requiredText("rebootStatus")).isEqualTo("completed");
    assertThat(entry.requiredText("fromVersion")).startsWith(firstVersion);
    assertThat(entry.requiredText("toVersion")).startsWith("v0.2.0");
    assertThat(entry.requiredText("bootState")).isEqualTo("active");
    assertThat(wasCordoned).isTrue();
    assertThat(isReady()).isTrue();
    assertThat(isCordoned()).isFalse();
    assertThat(version()).isEqualTo("v0.2.0");
    assertThat(labels())
        .containsEntry("kairos.io/release", "v0.2.0")
        .containsEntry("kairos.io/boot-state", "active");

    awaitVerdict();
    assertThat(bootState()).isEqualTo("active_boot");
    assertThat(answer("kairos-agent state get kairos.version")).isEqualTo("v0.2.0");
  }

  @Order(3)
  @Test
  void anUpgradeThatDoesNotComeUpFallsBackAndStopsTheRollout() throws IOException {
    apply(KubernetesImage.text("broken-upgrade.yaml"));

    String phase =
        awaitEnd(
            "to-the-broken",
            () -> entry("to-the-broken").filter(ClusterNodeIT::isOver).isPresent());

    JsonObject status = status("to-the-broken");
    assertThat(phase).as("%s", status).isEqualTo("Failed");
    JsonObject entry = entry("to-the-broken").orElseThrow();
    assertThat(entry.requiredText("phase")).isEqualTo("Failed");
    assertThat(entry.requiredText("reason")).isEqualTo("BootedIntoFallback");
    assertThat(entry.requiredText("message"))
        .isEqualTo("Health gate: node has booted the passive system");
    assertThat(entry.requiredText("bootState")).isEqualTo("passive");
    assertThat(entry.requiredText("fromVersion")).startsWith("v0.2.0");
    assertThat(entry.requiredText("toVersion")).startsWith("v0.3.0");
    assertThat(status.requiredObject("nodeStatuses").members()).containsOnlyKeys(NODE);
    assertThat(status.objects("conditions"))
        .as("why the other node is not touched")
        .anySatisfy(
            condition ->
                assertThat(condition.requiredText("message"))
                    .contains("stopped: node " + NODE + " failed: Health gate"));
    assertThat(version()).isEqualTo("v0.2.0");
    await("the node to be schedulable", () -> !isCordoned());
    assertThat(isReady()).isTrue();

    awaitVerdict();
    assertThat(bootState()).isEqualTo("passive_boot");
    assertThat(answer("kairos-agent state get kairos.version")).isEqualTo("v0.2.0");
    assertThat(answer("cat /etc/issue.d/03-UPGRADE")).contains("The last upgrade failed");
  }

  private static boolean isOver(JsonObject entry) {
    return entry.text("phase").filter("Failed"::equals).isPresent();
  }
}
