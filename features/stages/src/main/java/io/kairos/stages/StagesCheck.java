package io.kairos.stages;

import io.kairos.base.InvalidConfig;
import io.kairos.config.Config;
import io.kairos.config.Findings;
import io.kairos.config.Setting;
import io.kairos.config.Validation;
import java.util.List;

/** Checks the key {@code stages} of a config: kinds, and keys that no step knows. */
public final class StagesCheck implements Validation.Check {
  /** What a step may have, for the schema. */
  public static List<Setting> stepSettings() {
    return Setting.declaredBy(StageStep::read);
  }

  @Override
  public void inspect(Config config, Findings findings) {
    var _ = StageFile.stages(config.merged(), findings);
  }

  /** Whether a text is a document of stages or a cloud-config that stages can be read from. */
  public static boolean isUsable(String text, String source) {
    try {
      return StageFile.parse(text, source).problems().isEmpty();
    } catch (InvalidConfig notOne) {
      return false;
    }
  }
}
