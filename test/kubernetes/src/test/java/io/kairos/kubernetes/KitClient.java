package io.kairos.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.NamespaceListVisitFromServerGetDeleteRecreateWaitApplicable;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The client that the operator is made with, for tests of what it does. */
public final class KitClient {
  private KitClient() {}

  public static KubernetesClient of(Path kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
        .build();
  }

  /**
   * @param documents YAML
   */
  public static NamespaceListVisitFromServerGetDeleteRecreateWaitApplicable<HasMetadata> load(
      KubernetesClient client, String documents) {
    return client.load(new ByteArrayInputStream(documents.getBytes(StandardCharsets.UTF_8)));
  }
}
