package io.kairos.plan;

/** How far one long step is. Called from any thread. */
public interface StepProgress {
  StepProgress IGNORED =
      new StepProgress() {
        @Override
        public void done(long amount, long total) {}

        @Override
        public void detail(String line) {}
      };

  /**
   * @param amount done so far, in the step's own unit
   * @param total zero when unknown
   */
  void done(long amount, long total);

  /** A line of a tool's output, for whoever watches closely. */
  void detail(String line);
}
