package io.kairos.agent.release;

import io.kairos.images.ArtifactName;
import io.kairos.testkit.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OsReleaseVariablesTest {
  @Test
  void everythingThatIsKnownIsThere() {
    var name =
        new ArtifactName(
            "ubuntu", "24.04", "standard", "amd64", "generic", "v3.2.1", "k3s", "v1.31.3+k3s1");
    String text =
        new OsReleaseVariables(name, "quay.io/kairos", "debian", "", "https://bugs.example", "")
            .render();
    Golden.assertMatches(
        Path.of("src/test/resources/io/kairos/agent/release/os-release-variables"), text);
  }
}
