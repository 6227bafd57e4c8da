package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import java.util.Optional;

/** A key that is known but not done yet; a step that uses it fails instead of doing half. */
final class UnsupportedAction implements Action {
  private final String key;
  private final String meaning;

  UnsupportedAction(String key, String meaning) {
    this.key = key;
    this.meaning = meaning;
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.anything(key, meaning + "; not supported yet")
        .optional()
        .map(node -> new Refusal(key, node.position().toString()));
  }

  private record Refusal(String key, String where) implements Work {
    @Override
    public String summary() {
      return key;
    }

    @Override
    public void perform(StepContext context) {
      throw new HostFailure(
          where + ": '" + key + "' is not supported yet; nothing was done for it");
    }
  }
}
