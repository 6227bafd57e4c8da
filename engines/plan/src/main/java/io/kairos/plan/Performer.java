package io.kairos.plan;

/** Acts, decides nothing. */
@FunctionalInterface
public interface Performer<S extends Step> {
  /**
   * @param progress told how far a long step is
   * @return what releases the step's resources
   */
  Undo perform(S step, StepProgress progress);
}
