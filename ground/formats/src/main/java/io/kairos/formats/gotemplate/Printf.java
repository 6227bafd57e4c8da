package io.kairos.formats.gotemplate;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** The verbs of Go's fmt package that templates use. */
final class Printf {
  static String format(Arguments a) {
    return new Printf(a).format();
  }

  private final Arguments a;
  private final String format;
  private final StringBuilder out = new StringBuilder();
  private int next = 1;
  private boolean reordered;

  private Printf(Arguments a) {
    this.a = a;
    this.format = a.text(0);
  }

  private String format() {
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
      } else {
        i = directive(i + 1);
      }
    }
    if (!reordered && next < a.count()) {
      out.append("%!(EXTRA ");
      for (int i = next; i < a.count(); i++) {
        out.append(i > next ? ", " : "")
            .append(Values.typeOf(a.get(i)))
            .append('=')
            .append(Values.shown(a.get(i)));
      }
      out.append(')');
    }
    return out.toString();
  }

  /** One verb with its flags; returns where it ends. */
  private int directive(int start) {
    var flags = new StringBuilder();
    int i = start;
    while (i < format.length() && "+-# 0123456789.*[".indexOf(format.charAt(i)) >= 0) {
      char c = format.charAt(i);
      if (c == '*') {
        flags.append(next < a.count() ? Values.shown(a.get(next++)) : "");
      } else if (c == '[') {
        int end = format.indexOf(']', i);
        String digits = end < 0 ? "" : format.substring(i + 1, end);
        if (!digits.matches("[0-9]{1,3}")) {
          out.append("%!").append("(BADINDEX)");
          return end < 0 ? format.length() : end;
        }
        next = Math.max(1, Integer.parseInt(digits));
        reordered = true;
        i = end;
      } else {
        flags.append(c);
      }
      i++;
    }
    if (i >= format.length()) {
      out.append("%!(NOVERB)");
      return i;
    }
    char verb = format.charAt(i);
    if (verb == '%') {
      out.append('%');
    } else if (next >= a.count()) {
      out.append("%!").append(verb).append(reordered ? "(BADINDEX)" : "(MISSING)");
    } else {
      out.append(verb(verb, Flags.of(flags.toString()), a.get(next++)));
    }
    return i;
  }

  private record Flags(
      boolean left,
      boolean plus,
      boolean blank,
      boolean sharp,
      boolean zero,
      int width,
      int precision) {
    static Flags of(String text) {
      int dot = text.indexOf('.');
      String head = dot < 0 ? text : text.substring(0, dot);
      int digits = 0;
      while (digits < head.length() && "+-# 0".indexOf(head.charAt(digits)) >= 0) {
        digits++;
      }
      String flags = head.substring(0, digits);
      String width = head.substring(digits);
      String precision = dot < 0 ? "" : text.substring(dot + 1);
      return new Flags(
          flags.contains("-"),
          flags.contains("+"),
          flags.contains(" "),
          flags.contains("#"),
          flags.contains("0"),
          number(width, 0),
          dot < 0 ? -1 : number(precision, 0));
    }

    private static int number(String digits, int otherwise) {
      try {
        return digits.isEmpty() ? otherwise : Math.min(Integer.parseInt(digits), 10_000);
      } catch (NumberFormatException e) {
        return otherwise;
      }
    }

    String pad(String text, boolean isNumber) {
      int missing = width - text.codePointCount(0, text.length());
      if (missing <= 0) {
        return text;
      }
      if (left) {
        return text + " ".repeat(missing);
      }
      if (!zero) {
        return " ".repeat(missing) + text;
      }
      boolean signed = isNumber && (text.startsWith("-") || text.startsWith("+"));
      return (signed ? text.substring(0, 1) : "")
          + "0".repeat(missing)
          + (signed ? text.substring(1) : text);
    }
  }

  private static String verb(char verb, Flags flags, Object value) {
    String sign = !isPositive(value) ? "" : flags.plus ? "+" : flags.blank ? " " : "";
    String text =
        switch (verb) {
          case 'v' ->
              flags.sharp && value instanceof String s ? quoted(s) : sign + Values.shown(value);
          case 'T' -> Values.typeOf(value);
          case 't' -> value instanceof Boolean flag ? flag.toString() : null;
          case 's' -> value instanceof String s ? cut(s, flags) : shownUnlessScalar(value);
          case 'q' ->
              value instanceof String s
                  ? quoted(s)
                  : value instanceof Long n && Character.isValidCodePoint(n.intValue())
                      ? "'" + Character.toString(n.intValue()) + "'"
                      : null;
          case 'd' -> value instanceof Long n ? sign + n : null;
          case 'o' -> value instanceof Long n ? Long.toOctalString(n) : null;
          case 'b' -> value instanceof Long n ? Long.toBinaryString(n) : null;
          case 'c' -> value instanceof Long n ? Character.toString(n.intValue()) : null;
          case 'U' -> value instanceof Long n ? String.format("U+%04X", n) : null;
          case 'x', 'X' -> {
            String hex = hex(value, verb == 'X');
            yield hex != null && flags.sharp ? "0" + verb + hex : hex;
          }
          case 'f', 'F' -> value instanceof Double n ? sign + decimal("f", n, flags) : null;
          case 'e', 'E' -> value instanceof Double n ? sign + decimal("e", n, flags) : null;
          case 'g', 'G' -> value instanceof Double n ? sign + Values.floating(n) : null;
          default -> null;
        };
    if (text == null) {
      return "%!" + verb + "(" + Values.typeOf(value) + "=" + Values.shown(value) + ")";
    }
    return flags.pad(text, value instanceof Number);
  }

  private static boolean isPositive(Object value) {
    return value instanceof Number number && number.doubleValue() >= 0;
  }

  private static String cut(String text, Flags flags) {
    return flags.precision < 0 || flags.precision >= text.length()
        ? text
        : text.substring(0, flags.precision);
  }

  private static String shownUnlessScalar(Object value) {
    return value instanceof Number || value instanceof Boolean || value == null
        ? value == null ? "%!s(<nil>)" : null
        : Values.shown(value);
  }

  private static String hex(Object value, boolean upper) {
    String hex =
        switch (value) {
          case Long number -> Long.toHexString(number);
          case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
          case null, default -> null;
        };
    return hex == null || !upper ? hex : hex.toUpperCase(Locale.ROOT);
  }

  private static String decimal(String verb, double number, Flags flags) {
    int precision = flags.precision < 0 ? 6 : flags.precision;
    if (!Double.isFinite(number)) {
      return Values.floating(number);
    }
    // the exact binary value is rounded, as C does it; Java would round its shortest form
    var exact = new BigDecimal(number);
    return verb.equals("f")
        ? exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString()
        : String.format(Locale.ROOT, "%." + precision + verb, exact);
  }

  static String quoted(String text) {
    return "\""
        + text.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\t", "\\t")
            .replace("\r", "\\r")
        + "\"";
  }
}
