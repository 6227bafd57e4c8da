package io.kairos.operator.osartifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.kairos.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OSArtifactCrdTest {
  private static final Path SOURCE = Path.of("src/test/crd/osartifacts.yaml");
  private static final Path CORE = Path.of("src/test/crd/core-schemas.json");
  private static final Path SHIPPED =
      Path.of("src/main/resources/io/kairos/operator/crd/build.kairos.io_osartifacts.yaml");

  /** What kubectl keeps of the last `apply` in an annotation. */
  private static final int APPLIED_LIMIT = 256 << 10;

  private static final List<String> EMBEDDED =
      List.of(
          "io.k8s.api.batch.v1.JobSpec",
          "io.k8s.api.core.v1.Affinity",
          "io.k8s.api.core.v1.Container",
          "io.k8s.api.core.v1.EnvVar",
          "io.k8s.api.core.v1.LocalObjectReference",
          "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
          "io.k8s.api.core.v1.ResourceRequirements",
          "io.k8s.api.core.v1.Toleration",
          "io.k8s.api.core.v1.Volume");

  @Test
  void shippedCrdIsTheSourceWithKubernetesOwnTypesInIt() throws IOException {
    String openApi = System.getProperty("kubernetes.openapi");
    if (openApi != null) {
      Golden.assertMatches(CORE, CoreSchemas.of(Path.of(openApi), EMBEDDED).render());
    }
    Object whole = CoreSchemas.read(CORE).expanded(CoreSchemas.tree(Files.readString(SOURCE)));
    Golden.assertMatches(
        SHIPPED,
        "# Written by OSArtifactCrdTest from src/test/crd; edit it there.\n"
            + Serialization.asYaml(whole).replaceFirst("^---\n", ""));
  }

  @Test
  void shippedCrdFitsKubectlsAnnotation() throws IOException {
    Map<String, Object> crd = CoreSchemas.tree(Files.readString(SHIPPED));
    assertThat(Serialization.asJson(crd).getBytes(StandardCharsets.UTF_8).length)
        .isLessThan(APPLIED_LIMIT * 3 / 4);
  }
}
