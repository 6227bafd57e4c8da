package io.kairos.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.kairos.dist.workshop.WorkshopHome;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.KitClient;
import io.kairos.kubernetes.KubernetesProgram;
import io.kairos.operator.OperatorEnvironment;
import io.kairos.operator.OperatorOptions;
import io.kairos.operator.osartifact.OSArtifact;
import io.kairos.operator.osartifact.OSArtifactReconciler;
import io.kairos.operator.process.OperatorProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A cluster of one real node with an operator that builds, and the image of its tools. */
final class ArtifactCluster implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofMinutes(20);
  private static final String TOOLS = "registry.test/auroraboot:1";
  private static final String NAMESPACE = "default";

  private static Path tools;

  private final Cluster cluster;
  private final KubernetesClient client;
  private OperatorProcess operator;

  private ArtifactCluster(Cluster cluster) {
    this.cluster = cluster;
    this.client = KitClient.of(cluster.kubeconfig());
  }

  /**
   * @param folder of the cluster
   */
  static ArtifactCluster start(LinuxHost host, Path folder) throws IOException {
    return start(host, folder, List.of());
  }

  /** As {@link #start}, with a {@link BuilderImage} that builds Dockerfiles. */
  static ArtifactCluster startWithBuildah(LinuxHost host, Path folder) throws IOException {
    return start(
        host,
        folder,
        List.of(BuilderImage.archive(host, folder)),
        "--buildah-image=" + BuilderImage.NAME);
  }

  private static ArtifactCluster start(
      LinuxHost host, Path folder, List<Path> images, String... flags) throws IOException {
    ClusterSpec spec =
        ClusterSpec.cluster(folder.resolve("cluster"), KubernetesProgram.built(host), 1)
            .withImage(tools(host));
    for (Path image : images) {
      spec = spec.withImage(image);
    }
    var started = new ArtifactCluster(Cluster.start(host, spec));
    try {
      started.operate(flags);
      return started;
    } catch (IOException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  /** Made once for all tests. */
  private static synchronized Path tools(LinuxHost host) throws IOException {
    if (tools == null) {
      Path folder = Files.createDirectories(DemoArtifacts.target().resolve("builder-images"));
      Path archive = folder.resolve("tools.tar");
      String[] words = {"tool-image", "--output=" + archive, "--name=" + TOOLS};
      host.run(WorkshopHome.ofProcess().program(words).within(DEADLINE));
      tools = archive;
    }
    return tools;
  }

  private void operate(String... flags) throws IOException {
    String crd = "/io/kairos/operator/crd/build.kairos.io_osartifacts.yaml";
    try (InputStream in = OperatorProcess.class.getResourceAsStream(crd)) {
      client.load(in).serverSideApply();
    }
    cluster.controlPlane().awaitServed("build.kairos.io/v1alpha2/osartifacts");
    var options =
        new ArrayList<>(
            List.of(
                "--kubeconfig=" + cluster.kubeconfig(),
                "--tool-image=" + TOOLS,
                "--health-probe-bind-address=0"));
    options.addAll(List.of(flags));
    operator =
        OperatorProcess.start(
            OperatorOptions.parse(options),
            OperatorEnvironment.of(Map.of("OSARTIFACT_PULL_POLICY", "IfNotPresent")),
            List.of(OSArtifactReconciler::register));
  }

  Cluster cluster() {
    return cluster;
  }

  KubernetesClient client() {
    return client;
  }

  /** A file of the node. */
  Path path(String absolute) {
    return cluster.node("n1").path(absolute);
  }

  /**
   * @param yaml documents; those without a namespace go to {@code default}
   */
  void apply(String yaml) {
    KitClient.load(client, yaml).inNamespace(NAMESPACE).serverSideApply();
  }

  /** Waits until it is Ready or Error. */
  GenericKubernetesResource awaitEnd(String artifact) {
    return await(artifact, found -> Set.of("Ready", "Error").contains(status(found, "phase")));
  }

  GenericKubernetesResource await(String artifact, Predicate<GenericKubernetesResource> condition) {
    return artifact(artifact)
        .waitUntilCondition(
            found -> found != null && condition.test(found),
            DEADLINE.toSeconds(),
            TimeUnit.SECONDS);
  }

  /** Deletes it, and waits until nothing of it is there. */
  void delete(String artifact) {
    artifact(artifact).delete();
    artifact(artifact).waitUntilCondition(Objects::isNull, 60, TimeUnit.SECONDS);
    for (var left :
        List.of(
            client.pods(),
            client.configMaps(),
            client.secrets(),
            client.persistentVolumeClaims())) {
      left.inNamespace(NAMESPACE)
          .withLabel("build.kairos.io/artifact", artifact)
          .informOnCondition(List::isEmpty)
          .orTimeout(120, TimeUnit.SECONDS)
          .join();
    }
  }

  private Resource<GenericKubernetesResource> artifact(String name) {
    return client
        .genericKubernetesResources(ResourceDefinitionContext.fromResourceType(OSArtifact.class))
        .inNamespace(NAMESPACE)
        .withName(name);
  }

  /** A text of the status; empty when it is not there. */
  static String status(GenericKubernetesResource artifact, String key) {
    return Optional.ofNullable(artifact.<Object>get("status", key))
        .map(Object::toString)
        .orElse("");
  }

  static void requireReady(GenericKubernetesResource artifact) {
    assertThat(status(artifact, "phase")).as(status(artifact, "message")).isEqualTo("Ready");
  }

  @Override
  public void close() {
    try (cluster;
        client) {
      if (operator != null) {
        operator.close();
      }
    }
  }
}
