package io.kairos.stages;

import io.kairos.plan.Step;

/**
 * A step with its name in the graph.
 *
 * @param name unique in its graph
 * @param file where it was written
 */
record StageOp(String name, StageStep step, StageFile file) implements Step {
  @Override
  public String summary() {
    return name;
  }
}
