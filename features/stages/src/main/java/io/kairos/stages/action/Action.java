package io.kairos.stages.action;

import io.kairos.config.Section;
import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Optional;

/** One key of a step. */
public interface Action {
  /** All that {@link #read} asks for: a step without any of them is not bothered. */
  List<String> keys();

  /** Reads the key; nothing when the step does not have it, or asks for nothing by it. */
  Optional<Work> read(Section step);

  /** What a step asks for by one key. */
  interface Work {
    /** For the log: {@code files: 2}. Never a secret. */
    String summary();

    /**
     * @throws io.kairos.base.KairosException when something could not be done; the rest was
     */
    void perform(StepContext context);
  }
}
