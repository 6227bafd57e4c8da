package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.Cluster;
import io.kairos.kubernetes.ClusterSpec;
import io.kairos.kubernetes.KitClient;
import io.kairos.kubernetes.KubernetesProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A real API server with our CRD, and a namespace for each test. */
final class ApiServer implements AutoCloseable {
  private static final String CRD = "/io/kairos/operator/crd/build.kairos.io_osartifacts.yaml";
  private static final AtomicInteger NAMESPACES = new AtomicInteger();

  private final Cluster cluster;
  private final KubernetesClient client;

  private ApiServer(Cluster cluster, KubernetesClient client) {
    this.cluster = cluster;
    this.client = client;
  }

  static ApiServer open() {
    var host = LinuxHost.here();
    Cluster cluster =
        Cluster.start(
            host,
            ClusterSpec.controlPlane(
                folder(), KubernetesProgram.built(host), ClusterSpec.Parts.CONTROLLERS));
    KubernetesClient client = KitClient.of(cluster.kubeconfig());
    var server = new ApiServer(cluster, client);
    server.install();
    return server;
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("kairos-osartifact");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void install() {
    var crd =
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .load(OSArtifact.class.getResourceAsStream(CRD))
            .item();
    client.resource(crd).serverSideApply();
    cluster.controlPlane().awaitServed("build.kairos.io/v1alpha2/osartifacts");
  }

  KubernetesClient client() {
    return client;
  }

  /** A new namespace. */
  String namespace() {
    String name = "osa-" + ProcessHandle.current().pid() + "-" + NAMESPACES.incrementAndGet();
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return name;
  }

  OSArtifact create(String namespace, String name, String spec) {
    var artifact = new OSArtifact();
    artifact.getMetadata().setName(name);
    artifact.getMetadata().setNamespace(namespace);
    artifact.setSpec(tree(spec));
    artifact.setStatus(null);
    return client.resource(artifact).create();
  }

  /** Of a spec as users write it. */
  static JsonNode tree(String yaml) {
    // A text that begins with a brace would be read as JSON, which flow mappings are not.
    return Serialization.unmarshal("# YAML\n" + yaml, JsonNode.class);
  }

  OSArtifact get(String namespace, String name) {
    return client.resources(OSArtifact.class).inNamespace(namespace).withName(name).get();
  }

  OSArtifactStatus status(String namespace, String name) {
    return OSArtifactStatus.read(get(namespace, name).getStatus());
  }

  GenericKubernetesResource raw(String namespace, String name) {
    return client
        .genericKubernetesResources("build.kairos.io/v1alpha2", "OSArtifact")
        .inNamespace(namespace)
        .withName(name)
        .get();
  }

  static void assertNothing(KubernetesClient client, String namespace) {
    assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty();
    assertThat(client.persistentVolumeClaims().inNamespace(namespace).list().getItems()).isEmpty();
    assertThat(
            client.configMaps().inNamespace(namespace).list().getItems().stream()
                .filter(each -> !each.getMetadata().getName().equals("kube-root-ca.crt")))
        .isEmpty();
    assertThat(client.secrets().inNamespace(namespace).list().getItems()).isEmpty();
  }

  @Override
  public void close() {
    client.close();
    cluster.close();
  }
}
