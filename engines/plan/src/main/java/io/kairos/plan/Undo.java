package io.kairos.plan;

/** Releases what a step holds: unmounts, detaches, deletes a temporary. It restores nothing. */
@FunctionalInterface
public interface Undo {
  Undo NOTHING = () -> {};

  void release();
}
