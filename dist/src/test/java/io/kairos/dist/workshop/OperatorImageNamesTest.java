package io.kairos.dist.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.dist.BuildVersion;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The manifests name the images of this version as {@code operator-image} calls them. */
class OperatorImageNamesTest {
  private static final Path DEPLOY = Path.of("../products/operator/deploy");

  private static Map<?, ?> map(String file) throws IOException {
    return (Map<?, ?>) ((YamlMap) Yaml.parse(Files.readString(DEPLOY.resolve(file)), file)).value();
  }

  @Test
  void kustomizePinsTheVersionThatIsMade() throws IOException {
    List<String> pinned =
        ((List<?>) map("config/manager/kustomization.yaml").get("images"))
            .stream()
                .map(image -> (Map<?, ?>) image)
                .map(image -> image.get("newName") + ":" + image.get("newTag"))
                .toList();
    assertThat(pinned).containsExactlyInAnyOrderElementsOf(OperatorImageVerb.usualNames());
  }

  @Test
  void theChartPinsTheVersionThatIsMade() throws IOException {
    Object version = map("chart/kairos-operator/Chart.yaml").get("appVersion");
    assertThat(version).hasToString(BuildVersion.read());
    List<String> pinned =
        ((Map<?, ?>) map("chart/kairos-operator/values.yaml").get("image"))
            .values().stream()
                .map(image -> ((Map<?, ?>) image).get("repository") + ":" + version)
                .toList();
    assertThat(pinned).containsExactlyInAnyOrderElementsOf(OperatorImageVerb.usualNames());
  }
}
