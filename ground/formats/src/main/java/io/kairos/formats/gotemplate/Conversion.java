package io.kairos.formats.gotemplate;

/** Anything as a number, as sprig's cast library has it. */
final class Conversion {
  private Conversion() {}

  static long integer(Object value) {
    return switch (value) {
      case Long number -> number;
      case Double number -> number.longValue();
      case Boolean flag -> flag ? 1 : 0;
      case String text -> parsed(text);
      case null, default -> 0;
    };
  }

  /** {@code 0x1f}, {@code 010}, {@code 0b1}; a text with anything else is 0. */
  private static long parsed(String text) {
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    int radix = 10;
    int start = 0;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      radix =
          switch (digits.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            default -> 8;
          };
      start = Character.isLetter(digits.charAt(1)) ? 2 : 1;
    }
    try {
      return Long.parseLong((negative ? "-" : "") + digits.substring(start), radix);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static double floating(Object value) {
    return switch (value) {
      case Long number -> number;
      case Double number -> number;
      case Boolean flag -> flag ? 1 : 0;
      case String text -> {
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException e) {
          yield 0;
        }
      }
      case null, default -> 0;
    };
  }
}
