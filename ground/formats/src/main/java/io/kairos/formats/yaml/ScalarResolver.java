package io.kairos.formats.yaml;

import java.util.OptionalLong;

/**
 * Which kind a plain scalar is, by the rules of yaml.v3: YAML 1.2, where {@code yes} is a text,
 * with the octal numbers of YAML 1.1. Written without regular expressions, because this runs at
 * boot.
 */
final class ScalarResolver {
  private ScalarResolver() {}

  static YamlScalar.Kind kindOf(String text) {
    if (text.isEmpty()) {
      return YamlScalar.Kind.NULL;
    }
    switch (text) {
      case "~", "null", "Null", "NULL" -> {
        return YamlScalar.Kind.NULL;
      }
      case "true", "True", "TRUE", "false", "False", "FALSE" -> {
        return YamlScalar.Kind.BOOL;
      }
      default -> {}
    }
    char first = text.charAt(0);
    if (!isDigit(first) && first != '+' && first != '-' && first != '.') {
      return YamlScalar.Kind.TEXT;
    }
    if (isTimestamp(text)) {
      return YamlScalar.Kind.TIMESTAMP;
    }
    if (integer(text).isPresent()) {
      return YamlScalar.Kind.INTEGER;
    }
    return isSpecialFloat(text)
            || (isFloat(text.replace("_", "")) && !Double.isInfinite(floating(text)))
        ? YamlScalar.Kind.FLOAT
        : YamlScalar.Kind.TEXT;
  }

  static boolean isOldTrue(String text) {
    return switch (text) {
      case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON" -> true;
      default -> false;
    };
  }

  static boolean isOldFalse(String text) {
    return switch (text) {
      case "n", "N", "no", "No", "NO", "off", "Off", "OFF" -> true;
      default -> false;
    };
  }

  /** With a sign, underscores, and the prefixes {@code 0x 0o 0b 0}. */
  static OptionalLong integer(String text) {
    String digits = text.replace("_", "");
    boolean negative = digits.startsWith("-");
    int start = negative || digits.startsWith("+") ? 1 : 0;
    int radix = 10;
    if (digits.length() > start + 1 && digits.charAt(start) == '0') {
      char mark = Character.toLowerCase(digits.charAt(start + 1));
      radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
      start += mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1;
    }
    if (start == digits.length()) {
      return OptionalLong.empty();
    }
    for (int i = start; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c >= 128 || Character.digit(c, radix) < 0) {
        return OptionalLong.empty();
      }
    }
    try {
      return OptionalLong.of(
          Long.parseLong((negative ? "-" : "") + digits.substring(start), radix));
    } catch (NumberFormatException tooLarge) {
      return OptionalLong.empty();
    }
  }

  static double floating(String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    if (lower.endsWith(".nan")) {
      return Double.NaN;
    }
    if (lower.endsWith(".inf")) {
      return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return Double.parseDouble(text.replace("_", ""));
  }

  private static boolean isSpecialFloat(String text) {
    return switch (text) {
      case ".nan", ".NaN", ".NAN" -> true;
      case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF" -> true;
      default -> false;
    };
  }

  /** {@code [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?}. */
  private static boolean isFloat(String text) {
    int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    int whole = digitsFrom(text, at);
    int end = at + whole;
    int fraction = 0;
    if (end < text.length() && text.charAt(end) == '.') {
      fraction = digitsFrom(text, end + 1);
      end += 1 + fraction;
    }
    if (whole == 0 && fraction == 0) {
      return false;
    }
    if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
      end++;
      if (end < text.length() && (text.charAt(end) == '-' || text.charAt(end) == '+')) {
        end++;
      }
      int exponent = digitsFrom(text, end);
      if (exponent == 0) {
        return false;
      }
      end += exponent;
    }
    return end == text.length();
  }

  /**
   * {@code 2001-12-14}, optionally with a time after {@code T}, {@code t} or a space; the time
   * needs hours, minutes and seconds.
   */
  private static boolean isTimestamp(String text) {
    if (digitsFrom(text, 0) != 4 || text.length() < 8 || text.charAt(4) != '-') {
      return false;
    }
    int at = 5;
    int month = digitsFrom(text, at);
    at += month;
    if (month < 1 || month > 2 || at >= text.length() || text.charAt(at) != '-') {
      return false;
    }
    int day = digitsFrom(text, ++at);
    at += day;
    if (day < 1 || day > 2 || !isDate(text, month, day)) {
      return false;
    }
    if (at == text.length()) {
      return true;
    }
    char separator = text.charAt(at);
    if (separator != 'T' && separator != 't' && separator != ' ') {
      return false;
    }
    for (int part = 0; part < 3; part++) {
      int count = digitsFrom(text, ++at);
      at += count;
      boolean followed = at < text.length() && text.charAt(at) == ':';
      if (count < 1 || count > 2 || (part < 2 && !followed)) {
        return false;
      }
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at += 1 + digitsFrom(text, at + 1);
    }
    String zone = text.substring(at);
    return zone.isEmpty() ? separator == ' ' : isZone(zone);
  }

  private static boolean isDate(String text, int monthDigits, int dayDigits) {
    int month = Integer.parseInt(text.substring(5, 5 + monthDigits));
    int day = Integer.parseInt(text.substring(6 + monthDigits, 6 + monthDigits + dayDigits));
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
  }

  private static boolean isZone(String zone) {
    return zone.equals("Z")
        || (zone.length() == 6
            && (zone.charAt(0) == '+' || zone.charAt(0) == '-')
            && digitsFrom(zone, 1) == 2
            && zone.charAt(3) == ':'
            && digitsFrom(zone, 4) == 2);
  }

  private static int digitsFrom(String text, int start) {
    int at = start;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at - start;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
