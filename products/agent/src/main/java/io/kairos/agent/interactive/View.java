package io.kairos.agent.interactive;

import java.util.List;

/**
 * A page as text, whatever draws it.
 *
 * @param rows from the top
 * @param focus the row that has to be seen when not all fit
 * @param hint what Enter and letters do
 * @param arrows what keys do that only some terminals send
 * @param typing how people answer who type whole lines
 */
record View(List<Row> rows, int focus, String hint, String arrows, Typing typing) {
  /** What a row is; how that looks is the terminal's. */
  enum Tone {
    PLAIN,
    HEADING,
    SOFT,
    /** The item that Enter means. */
    MARKED,
    DANGER,
    GOOD
  }

  /** What a whole line means. */
  enum Typing {
    /** The number of an item, or a letter. */
    NUMBER,
    /** The content of the field. */
    TEXT,
    /** The same, not to be seen. */
    SECRET,
    /** Enter, or a letter. */
    ENTER
  }

  /**
   * @param item number of the item that the row is, from 1; 0 when it is none
   */
  record Row(String text, Tone tone, int item) {}

  View {
    rows = List.copyOf(rows);
  }
}
