package io.kairos.formats.gotemplate;

/**
 * A piece of a template.
 *
 * @param text for {@link Kind#TEXT} and {@link Kind#STRING} the content, otherwise the spelling
 * @param spaced whether blanks stand before it; {@code .a .b} are two operands, {@code .a.b} is one
 */
record Token(Kind kind, String text, int line, boolean spaced) {
  enum Kind {
    TEXT,
    OPEN,
    CLOSE,
    STRING,
    NUMBER,
    CHARACTER,
    FIELD,
    VARIABLE,
    WORD,
    SYMBOL,
    END
  }

  /** Whether a field may follow without a blank. */
  boolean isOperand() {
    return kind == Kind.FIELD || kind == Kind.VARIABLE || kind == Kind.WORD || is(")");
  }

  boolean is(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equals(word);
  }
}
