package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.ManifestRenderers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Images that a cluster builds from a Dockerfile, pushes to a registry and pulls from there; media
 * of them, handed to the artifact server. Only the registry is outside of the cluster: it wants a
 * login, and its certificate is nobody's.
 */
@Tag("cluster")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposedInClusterIT {
  private static final Path FOLDER = Path.of("target/ComposedInClusterIT").toAbsolutePath();
  private static final String BUILDAH = "buildah-build";

  private final LinuxHost host = LinuxHost.here();
  private ArtifactCluster cluster;
  private ClusterRegistry registry;

  @BeforeAll
  void start() throws IOException {
    FileTree.delete(FOLDER);
    Files.createDirectories(FOLDER);
    cluster = ArtifactCluster.startWithBuildah(host, FOLDER);
    registry = ClusterRegistry.start(host, cluster, FOLDER.resolve("registry"));
    registry.push(TinySystem.image(host, FOLDER.resolve("tiny")), "os/tiny:1");
    registry.push(note(), "bundles/note:1");
    cluster.apply(registry.text("composed-inputs.yaml"));
  }

  @AfterAll
  void end() {
    try (ArtifactCluster _ = cluster) {
      if (registry != null) {
        registry.close();
      }
    }
  }

  private Path note() throws IOException {
    Path tree = FOLDER.resolve("note/tree");
    Files.createDirectories(tree.resolve("etc"));
    Files.writeString(tree.resolve("etc/bundle"), "from a bundle\n");
    Path tar = FOLDER.resolve("note/root.tar");
    host.run(Command.of("tar", "-C", tree.toString(), "-cf", tar.toString(), "."));
    return RegistryImage.packed(tar, FOLDER.resolve("note/layout")).layout();
  }

  private List<String> stepsOf(Pod pod) {
    return Stream.concat(
            pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
        .map(Container::getName)
        .toList();
  }

  private static boolean isFinished(GenericKubernetesResource artifact, String step) {
    List<Map<String, Object>> steps = artifact.get("status", "steps");
    return steps != null
        && steps.stream()
            .filter(each -> step.equals(each.get("name")))
            .anyMatch(each -> "Finished".equals(each.get("state")));
  }

  private Pod builderPod(GenericKubernetesResource artifact) {
    return cluster
        .client()
        .pods()
        .inNamespace("default")
        .withName(ArtifactCluster.status(artifact, "builderPod"))
        .get();
  }

  private Path medium(Path root, String name, String... flags) {
    Path output = FOLDER.resolve("of-this-machine");
    var words =
        new ArrayList<>(
            List.of("build-iso", "dir:" + root, "--name=" + name, "--output=" + output));
    words.addAll(List.of(flags));
    var _ = registry.workshop(words.toArray(String[]::new));
    return output.resolve(name + ".iso");
  }

  @Order(1)
  @Test
  void aDockerfileBecomesAnImageOfTheRegistryAndAMediumAlsoWhenItsPodIsLost() throws IOException {
    cluster.apply(registry.text("composed.yaml"));
    GenericKubernetesResource built =
        cluster.await(
            "composed",
            found ->
                ArtifactCluster.status(found, "phase").equals("Error")
                    || isFinished(found, BUILDAH));
    Pod first = builderPod(built);
    cluster.client().resource(first).withGracePeriod(0).delete();
    GenericKubernetesResource done = cluster.awaitEnd("composed");

    ArtifactCluster.requireReady(done);
    assertThat(stepsOf(first))
        .containsExactly(BUILDAH, "image-extractor", "pull-image-0", "build-iso");
    assertThat(stepsOf(builderPod(done)))
        .as("of the pod that went on")
        .containsExactly("image-extractor", "pull-image-0", "build-iso");
    Path root = FOLDER.resolve("composed-root");
    registry.unpack("os/composed:v1", root);
    assertThat(root.resolve("etc/built")).hasContent("buildah saw from the build context as 0\n");
    assertThat(root.resolve("etc/bundle")).doesNotExist();
    registry.unpack("bundles/note:1", root);
    assertThat(cluster.path("/srv/composed/composed.iso"))
        .hasSameBinaryContentAs(medium(root, "composed"));
  }

  @Order(2)
  @Test
  void layersOfTheCacheAreNotBuiltAgain() throws IOException {
    cluster.apply(registry.text("again.yaml"));
    GenericKubernetesResource done = cluster.awaitEnd("again");

    ArtifactCluster.requireReady(done);
    String log =
        cluster
            .client()
            .pods()
            .inNamespace("default")
            .withName(ArtifactCluster.status(done, "builderPod"))
            .inContainer(BUILDAH)
            .getLog();
    assertThat(log).containsSubsequence("COPY", "Using cache", "RUN", "Using cache");
    assertThat(cluster.path("/srv/again/again.tar")).isNotEmptyFile();
  }

  @Order(3)
  @Test
  void anImageOfTheRegistryBecomesTheMediumOfThisMachineOnTheArtifactServer() throws IOException {
    startArtifactServer();
    cluster.apply(registry.text("pulled.yaml"));
    GenericKubernetesResource done = cluster.awaitEnd("pulled");

    ArtifactCluster.requireReady(done);
    Path root = FOLDER.resolve("pulled-root");
    registry.unpack("os/composed:v1", root);
    Path overlay = Files.createDirectories(FOLDER.resolve("overlay"));
    Files.writeString(overlay.resolve("note.txt"), "from an importer\n");
    assertThat(cluster.path("/srv/public/medium.iso"))
        .hasSameBinaryContentAs(medium(root, "pulled", "--overlay-iso=" + overlay));
  }

  @Order(4)
  @Test
  void aRegistryThatProvesNothingIsNotPulledFrom() throws IOException {
    cluster.apply(registry.text("distrusted.yaml"));

    GenericKubernetesResource done = cluster.awaitEnd("distrusted");

    assertThat(ArtifactCluster.status(done, "phase")).isEqualTo("Error");
    assertThat(ArtifactCluster.status(done, "message"))
        .contains("pull-image-baseimage failed", registry.host(), "certificate");
  }

  private void startArtifactServer() throws IOException {
    // The owner that a volume of a cloud gets by fsGroup; a folder of the node keeps its own.
    Files.setAttribute(Files.createDirectories(cluster.path("/srv/public")), "unix:uid", 101);
    String manifests =
        ManifestRenderers.built(host)
            .kustomized(
                WorkshopHome.ofProcess().root().resolve("products/operator/deploy/config/nginx"));
    cluster.apply(manifests.replace("nginxinc/nginx-unprivileged:stable", BuilderImage.NAME));
    var _ =
        cluster
            .client()
            .apps()
            .deployments()
            .inNamespace("default")
            .withName("nginx")
            .waitUntilReady(ArtifactCluster.DEADLINE.toSeconds(), TimeUnit.SECONDS);
  }
}
