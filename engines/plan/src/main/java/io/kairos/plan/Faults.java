package io.kairos.plan;

/** The one seam where tests cut the power or break a device. */
public interface Faults {
  Faults NONE = new Faults() {};

  /**
   * Called before step {@code index}; may throw {@link PowerLoss}, or any failure the step could
   * have.
   */
  default void before(int index, Step step) {}

  /** Called after step {@code index} has been performed. */
  default void after(int index, Step step) {}

  /** The machine is gone: nothing is undone, nothing is reported. */
  final class PowerLoss extends Error {
    private static final long serialVersionUID = 1L;

    public PowerLoss(String when) {
      super("power lost " + when);
    }
  }
}
