package io.kairos.operator.rollout;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.operator.nodeop.NodeOp;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Follows a NodeOp, or the one of a NodeOpUpgrade, which has the same name. */
public final class Rollout {
  private static final Duration POLL = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final InstantSource clock;

  Rollout(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * Tells what changes until nothing will any more.
   *
   * @param kubeconfig credentials; without them those that kubectl would take
   * @return whether all went well
   * @throws Refused if there is no such NodeOp
   * @throws HostFailure if the API server does not answer as it should
   */
  public static boolean follow(
      Optional<Path> kubeconfig, String namespace, String name, Consumer<String> lines)
      throws InterruptedException {
    Config config =
        kubeconfig
            .map(path -> Config.fromKubeconfig(path.toFile()))
            .orElseGet(() -> Config.autoConfigure(null));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      return new Rollout(client, InstantSource.system()).follow(namespace, name, lines);
    } catch (KubernetesClientException e) {
      throw new HostFailure("cannot follow " + namespace + "/" + name, e);
    }
  }

  boolean follow(String namespace, String name, Consumer<String> lines)
      throws InterruptedException {
    RolloutReport before = RolloutReport.none();
    while (true) {
      NodeOp found = client.resources(NodeOp.class).inNamespace(namespace).withName(name).get();
      if (found == null) {
        throw new Refused(
            "there is no NodeOp " + name + " in namespace " + namespace,
            "kubectl get nodeops,nodeopupgrades --all-namespaces lists what there is");
      }
      if (found.getStatus() != null) {
        RolloutReport now = RolloutReport.of(found.getStatus(), clock.instant());
        now.since(before).forEach(lines);
        if (now.finished()) {
          return !now.failed();
        }
        before = now;
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }
}
