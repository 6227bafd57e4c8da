package io.kairos.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.kairos.base.HostFailure;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.linux.LinuxHost;
import io.kairos.kubernetes.ClusterSpec.Parts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A control plane without nodes, and a network on which things go wrong. */
@Tag("cluster")
class ControlPlaneIT {
  private static final Host HOST = LinuxHost.here();
  private static final Path FOLDER = Path.of("target/ControlPlaneIT").toAbsolutePath();
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  private static Cluster cluster;
  private static ApiClient admin;

  private ApiProxy proxy;
  private ApiClient client;

  @BeforeAll
  static void start() {
    Path program = BuiltProgram.orSkip(HOST);
    FileTree.delete(FOLDER);
    cluster = Cluster.start(HOST, ClusterSpec.controlPlane(FOLDER, program, Parts.API));
    admin = cluster.controlPlane().admin();
  }

  @AfterAll
  static void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void connect() {
    proxy = ApiProxy.start(HOST, FOLDER.resolve("proxy"), cluster.controlPlane().kubeconfig());
    client = new ApiClient(proxy.kubeconfig());
  }

  @AfterEach
  void disconnect() {
    client.close();
    proxy.close();
  }

  private static Map<String, Object> map(String name) {
    return Map.of("apiVersion", "v1", "kind", "ConfigMap", "metadata", Map.of("name", name));
  }

  private static KubernetesClient clientOf(Kubeconfig access) {
    return new KubernetesClientBuilder()
        .withConfig(
            Config.fromKubeconfig(access.write(FOLDER.resolve("client/kubeconfig")).toFile()))
        .build();
  }

  @Test
  void anAccountHasTheRightsThatItsRolesGive() {
    try (var creator = clientOf(cluster.controlPlane().kubeconfig())) {
      creator
          .load(ControlPlaneIT.class.getResourceAsStream("reader.yaml"))
          .items()
          .forEach(item -> creator.resource(item).create());
    }
    try (var reader = clientOf(proxy.through(cluster.kubeconfigOf("default", "reader")))) {
      assertThat(reader.configMaps().list().getItems()).isNotNull();
      assertThatThrownBy(() -> reader.pods().list())
          .isInstanceOfSatisfying(
              KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403));
    }
  }

  @Test
  void whatWasStoredOutlivesTheApiServer() {
    var _ = admin.post(MAPS, map("kept"));
    cluster.controlPlane().stopApiServer();
    assertThatThrownBy(() -> admin.get(MAPS + "/kept")).isInstanceOf(HostFailure.class);
    cluster.controlPlane().startApiServer();
    assertThat(admin.get(MAPS + "/kept")).isPresent();
  }

  @Test
  void theSecondWriteMeetsAConflict() {
    var conflict =
        proxy.inject(Fault.Answer.of(409), request -> request.method().equals("POST"), 2, 2);
    var _ = client.post(MAPS, map("first"));
    ApiClient.Answer second = client.request("POST", MAPS, Optional.of(map("second")));
    assertThat(second.status()).isEqualTo(409);
    assertThat(second.object().requiredText("reason")).isEqualTo("Conflict");
    assertThat(conflict.count()).isEqualTo(1);
    assertThat(admin.get(MAPS + "/second")).isEmpty();
    var third = client.post(MAPS, map("third"));
    assertThat(third.requiredObject("metadata").requiredText("name")).isEqualTo("third");
  }

  @Test
  void aDroppedRequestIsNotDoneAndALostAnswerIs() {
    var drop = proxy.inject(new Fault.Drop(), request -> request.method().equals("POST"));
    assertThatThrownBy(() -> client.post(MAPS, map("dropped"))).isInstanceOf(HostFailure.class);
    assertThat(admin.get(MAPS + "/dropped")).isEmpty();
    drop.end();
    var _ = proxy.inject(new Fault.LoseAnswer(), request -> request.method().equals("POST"));
    assertThatThrownBy(() -> client.post(MAPS, map("unheard"))).isInstanceOf(HostFailure.class);
    assertThat(admin.get(MAPS + "/unheard")).isPresent();
  }

  @Test
  void aDelayedRequestIsDoneInTheEnd() {
    var delay =
        proxy.inject(
            new Fault.Delay(Duration.ofMillis(50)), request -> request.path().equals(MAPS));
    assertThat(client.get(MAPS)).isPresent();
    assertThat(delay.count()).isEqualTo(1);
  }

  @Test
  void aWatchSeesChangesUntilItIsDropped() throws Exception {
    var seen = new CompletableFuture<String>();
    var closed = new CompletableFuture<Boolean>();
    Config config =
        Config.fromKubeconfig(proxy.kubeconfig().write(FOLDER.resolve("client/watching")).toFile());
    config.setWatchReconnectLimit(0);
    try (var watching = new KubernetesClientBuilder().withConfig(config).build();
        var _ =
            watching
                .configMaps()
                .inNamespace("default")
                .withName("watched")
                .watch(
                    new Watcher<ConfigMap>() {
                      @Override
                      public void eventReceived(Action action, ConfigMap map) {
                        seen.complete(action + " " + map.getMetadata().getName());
                      }

                      @Override
                      public void onClose(WatcherException cause) {
                        closed.complete(true);
                      }
                    })) {
      watching
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName("watched")
                  .withNamespace("default")
                  .endMetadata()
                  .build())
          .create();
      assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo("ADDED watched");
      assertThat(proxy.dropWatches()).isEqualTo(1);
      assertThat(closed.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
