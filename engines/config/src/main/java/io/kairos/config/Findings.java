package io.kairos.config;

import io.kairos.base.Problems;

/**
 * What reading a section brought to light, by weight; the caller decides what each is worth.
 *
 * @param errors values that mean nothing where they stand
 * @param doubts values that break a rule, though programs have always taken them
 * @param unknown keys that nobody reads
 * @param notes old spellings that still work
 */
public record Findings(Problems errors, Problems doubts, Problems unknown, Problems notes) {
  public Findings() {
    this(new Problems(), new Problems(), new Problems(), new Problems());
  }

  /** Adds what another reading found. */
  public void addAll(Findings other) {
    other.errors.list().forEach(errors::add);
    other.doubts.list().forEach(doubts::add);
    other.unknown.list().forEach(unknown::add);
    other.notes.list().forEach(notes::add);
  }
}
