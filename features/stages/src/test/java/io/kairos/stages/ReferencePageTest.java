package io.kairos.stages;

import io.kairos.config.Setting;
import io.kairos.testkit.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferencePageTest {
  @Test
  void theReferencePageIsWhatTheCodeDeclares() {
    Golden.assertMatches(
        Path.of("../../docs/reference/stages.md"),
        "# Keys of a step\n\n"
            + "Generated from the declarations in `features/stages`. A step does what it asks for in"
            + " the order of `Actions.ORDER`,\nhowever its keys are written.\n\n"
            + Setting.page(Setting.declaredBy(StageStep::read)));
  }
}
