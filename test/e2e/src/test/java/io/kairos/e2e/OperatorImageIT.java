package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.kairos.base.Refused;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.KitClient;
import io.kairos.kubernetes.KitImages;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.kubernetes.ManifestRenderers;
import io.kairos.kubernetes.Node;
import io.kairos.kubernetes.NodePrograms;
import io.kairos.operator.nodeop.NodeOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The images that {@code kairos operator-image} makes, installed by the kustomization as it is: the
 * operator works as a user without rights on a root that it cannot write, labels its node and
 * reboots it.
 */
@Tag("cluster")
class OperatorImageIT {
  private static final Path FOLDER = Path.of("target/OperatorImageIT").toAbsolutePath();
  private static final String NAMESPACE = "operator-system";
  private static final String LEASE = "ce9721c3.kairos.io";
  private static final String NODE = "n1";
  private static final Duration DEADLINE = Duration.ofMinutes(4);

  private final LinuxHost host = LinuxHost.here();
  private final WorkshopHome home = WorkshopHome.ofProcess();

  @Test
  void theImagesThatAreMadeAreThoseThatTheManifestsName() throws IOException {
    try {
      NodePrograms.check(host);
    } catch (Refused e) {
      abort(e.getMessage());
    }
    FileTree.delete(FOLDER);
    Path images = Files.createDirectories(FOLDER).resolve("images");
    workshop("operator-image", "--output=" + images);
    var spec = ClusterSpec.cluster(FOLDER.resolve("cluster"), KubernetesProgram.built(host), 1);
    for (String part : List.of("operator", "labeler", "reboot")) {
      spec = spec.withImage(images.resolve(part + ".tar"));
    }
    try (var cluster = Cluster.start(host, spec);
        var client = KitClient.of(cluster.kubeconfig())) {
      String manifests =
          ManifestRenderers.built(host)
              .kustomized(home.root().resolve("products/operator/deploy/config/default"));
      KitClient.load(client, manifests).serverSideApply();
      Pod pod = ready(client, Map.of("app.kubernetes.io/name", "kairos-operator"));
      Node node = cluster.node(NODE);

      assertHasNoRights(node, "/usr/lib/kairos-operator/bin/manager", 65532);
      assertCannotWriteItsRoot(node, "/usr/lib/kairos-operator/bin/manager");
      assertThat(answer(node, pod, "GET /readyz HTTP/1.0")).startsWith("HTTP/1.1 200");
      assertThat(answerOverTls(node, pod, "GET /metrics HTTP/1.0")).startsWith("HTTP/1.1 401");
      await(
          client.leases().inNamespace(NAMESPACE).withName(LEASE),
          lease -> lease.getSpec().getHolderIdentity().startsWith(pod.getMetadata().getName()));

      NodeOp done = nodeOp(client, "note", "command: [sh, -c, 'echo here > $HOST_DIR/var/note']");
      assertThat(done.getStatus().phase()).as(() -> said(client, pod)).isEqualTo("Completed");
      assertThat(node.path("/var/note")).hasContent("here\n");

      await(
          client.nodes().withName(NODE),
          labelled -> "true".equals(labelled.getMetadata().getLabels().get("kairos.io/managed")));
      ready(client, Map.of("app", "kairos-node-labeler", "mode", "daemon"));
      assertHasNoRights(node, "/usr/lib/kairos-operator/bin/labeler", 1000);

      String boot = node.bootId();
      NodeOp rebooted = nodeOp(client, "reboot", "command: ['true']\nrebootOnSuccess: true");
      assertThat(rebooted.getStatus().nodeStatuses().get(NODE).rebootStatus())
          .as(() -> said(client, pod))
          .isEqualTo("completed");
      assertThat(node.bootId()).isNotEqualTo(boot);
    }
  }

  private void workshop(String... words) {
    host.run(home.program(words).within(DEADLINE));
  }

  private static Pod ready(KubernetesClient client, Map<String, String> labels) {
    return client
        .pods()
        .inNamespace(NAMESPACE)
        .withLabels(labels)
        .informOnCondition(
            pods -> pods.size() == 1 && Readiness.getInstance().isReady(pods.getFirst()))
        .orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS)
        .join()
        .getFirst();
  }

  private static <T extends HasMetadata> T await(Resource<T> resource, Predicate<T> condition) {
    return resource.waitUntilCondition(
        found -> found != null && condition.test(found), DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }

  private static NodeOp nodeOp(KubernetesClient client, String name, String spec) {
    String yaml =
        "apiVersion: operator.kairos.io/v1alpha1\nkind: NodeOp\nmetadata: {name: "
            + name
            + ", namespace: default}\nspec:\n"
            + (spec + "\nimage: " + KitImages.BUSYBOX).indent(2);
    Resource<NodeOp> resource =
        client.resource(client.getKubernetesSerialization().unmarshal(yaml, NodeOp.class));
    var _ = resource.create();
    return await(
        resource,
        found ->
            found.getStatus() != null
                && List.of("Completed", "Failed").contains(found.getStatus().phase()));
  }

  private static String said(KubernetesClient client, Pod pod) {
    return client.pods().inNamespace(NAMESPACE).withName(pod.getMetadata().getName()).getLog();
  }

  // ---- the process as its node sees it

  private static void assertHasNoRights(Node node, String program, int user) {
    String pid = pid(node, program);
    assertThat(node.run("cat", "/proc/" + pid + "/status").text())
        .containsPattern("(?m)^Uid:\\s" + user + "\\s" + user + "\\s")
        .containsPattern("(?m)^CapEff:\\s0+$")
        .containsPattern("(?m)^NoNewPrivs:\\s1$");
  }

  private static void assertCannotWriteItsRoot(Node node, String program) {
    assertThat(node.run("cat", "/proc/" + pid(node, program) + "/mountinfo").text())
        .containsPattern("(?m)^\\S+ \\S+ \\S+ / / ro[ ,]");
  }

  /** Of the only process of a program. */
  private static String pid(Node node, String program) {
    String found =
        node.run(
                "sh",
                "-c",
                "for p in /proc/[0-9]*; do if [ \"$(readlink $p/exe)\" = $0 ]; then echo ${p#/proc/}; fi; done",
                program)
            .text();
    assertThat(found).as("one process of " + program).matches("[0-9]+");
    return found;
  }

  private static String answer(Node node, Pod pod, String request) {
    return node.run(
            "bash",
            "-c",
            "exec 3<>/dev/tcp/$0/8081; printf '%s\\r\\n\\r\\n' \"$1\" >&3; cat <&3",
            pod.getStatus().getPodIP(),
            request)
        .text();
  }

  private static String answerOverTls(Node node, Pod pod, String request) {
    return node.run(
            "sh",
            "-c",
            "printf '%s\\r\\n\\r\\n' \"$1\" | openssl s_client -quiet -connect $0:8443 2>/dev/null",
            pod.getStatus().getPodIP(),
            request)
        .text();
  }
}
