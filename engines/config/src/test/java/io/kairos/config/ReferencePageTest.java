package io.kairos.config;

import io.kairos.testkit.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferencePageTest {
  @Test
  void theReferencePageIsWhatTheCodeDeclares() {
    Golden.assertMatches(
        Path.of("../../docs/reference/cloud-config.md"),
        "# Keys of a cloud-config\n\n"
            + "Generated from the declarations in `engines/config`; `docs/reference/stages.md` has"
            + " the keys of steps.\n\n"
            + Setting.page(Setting.declaredBy(AgentConfig::read)));
  }
}
