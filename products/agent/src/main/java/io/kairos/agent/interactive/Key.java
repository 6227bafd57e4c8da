package io.kairos.agent.interactive;

/** What a person says to a page. */
sealed interface Key {
  /** Keys without a sign of their own. */
  enum Named implements Key {
    UP,
    DOWN,
    LEFT,
    RIGHT,
    ENTER,
    /** Escape. */
    BACK,
    TAB,
    BACKSPACE,
    /** Ctrl-C. */
    INTERRUPT
  }

  /** A sign. */
  record Sign(int codePoint) implements Key {
    static Sign of(char sign) {
      return new Sign(sign);
    }
  }

  /** Where whole lines are typed: the item of that number, 0 for the first. */
  record Item(int index) implements Key {}

  /** Where whole lines are typed: the new content of the field. */
  record Text(String text) implements Key {}
}
