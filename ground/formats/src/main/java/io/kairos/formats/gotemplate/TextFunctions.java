package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** sprig's functions on texts. */
final class TextFunctions implements FunctionSet {
  private static final int LARGEST = 1 << 20;

  @Override
  public Set<String> names() {
    return Set.of(
        "trim",
        "trimAll",
        "trimSuffix",
        "trimPrefix",
        "upper",
        "lower",
        "repeat",
        "substr",
        "trunc",
        "nospace",
        "contains",
        "hasPrefix",
        "hasSuffix",
        "quote",
        "squote",
        "cat",
        "indent",
        "nindent",
        "replace",
        "split",
        "splitList",
        "splitn",
        "toString",
        "env",
        "expandenv",
        "trimall");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "trim" -> a.expect(1).text(0).strip();
      case "trimAll", "trimall" -> trimAll(a.expect(2).text(0), a.text(1));
      case "trimSuffix" -> trimSuffix(a.expect(2).text(0), a.text(1));
      case "trimPrefix" -> trimPrefix(a.expect(2).text(0), a.text(1));
      case "upper" -> a.expect(1).text(0).toUpperCase(Locale.ROOT);
      case "lower" -> a.expect(1).text(0).toLowerCase(Locale.ROOT);
      case "repeat" -> repeat(a.expect(2).integer(0), a.text(1));
      case "substr" -> substr(a.expect(3).integer(0), a.integer(1), a.text(2));
      case "trunc" -> trunc(a.expect(2).integer(0), a.text(1));
      case "nospace" -> a.expect(1).text(0).replaceAll("\\s", "");
      case "contains" -> a.expect(2).text(1).contains(a.text(0));
      case "hasPrefix" -> a.expect(2).text(1).startsWith(a.text(0));
      case "hasSuffix" -> a.expect(2).text(1).endsWith(a.text(0));
      case "quote" -> quoteAll(a, '"');
      case "squote" -> quoteAll(a, '\'');
      case "cat" -> String.join(" ", shown(a));
      case "indent" -> indent(a.expect(2).integer(0), a.text(1));
      case "nindent" -> "\n" + indent(a.expect(2).integer(0), a.text(1));
      case "replace" -> a.expect(3).text(2).replace(a.text(0), a.text(1));
      case "split" -> split(a.expect(2).text(0), -1, a.text(1));
      case "splitn" -> split(a.expect(3).text(0), (int) a.integer(1), a.text(2));
      case "splitList" -> parts(a.expect(2).text(0), -1, a.text(1));
      case "toString" -> Values.shown(a.expect(1).get(0));
      case "env" -> environment(a.expect(1).text(0));
      case "expandenv" -> expanded(a.expect(1).text(0));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String trimAll(String cutset, String text) {
    int start = 0;
    int end = text.length();
    while (start < end && cutset.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && cutset.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(start, end);
  }

  private static String trimSuffix(String suffix, String text) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private static String trimPrefix(String prefix, String text) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String repeat(long count, String text) {
    if (count < 0 || count * text.length() > LARGEST) {
      throw Failure.execute("error calling repeat: bad count " + count);
    }
    return text.repeat((int) count);
  }

  private static String substr(long start, long end, String text) {
    int from = Math.clamp(start, 0, text.length());
    int to = end < 0 || end > text.length() ? text.length() : (int) end;
    return from <= to ? text.substring(from, to) : "";
  }

  private static String trunc(long count, String text) {
    if (count < 0) {
      return -count >= text.length() ? text : text.substring(text.length() + (int) count);
    }
    return count >= text.length() ? text : text.substring(0, (int) count);
  }

  private static String quoteAll(Arguments a, char quote) {
    List<String> quoted = new ArrayList<>();
    for (String text : shown(a)) {
      quoted.add(quote == '"' ? Printf.quoted(text) : "'" + text + "'");
    }
    return String.join(" ", quoted);
  }

  /** All values that are there, as texts. */
  private static List<String> shown(Arguments a) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < a.count(); i++) {
      if (a.get(i) != null) {
        texts.add(a.shown(i));
      }
    }
    return texts;
  }

  private static String indent(long count, String text) {
    String pad = repeat(count, " ");
    return pad + text.replace("\n", "\n" + pad);
  }

  private static List<Object> parts(String separator, int most, String text) {
    if (separator.isEmpty()) {
      List<Object> characters = new ArrayList<>();
      text.codePoints().forEach(c -> characters.add(Character.toString(c)));
      return characters;
    }
    List<Object> parts = new ArrayList<>();
    int at = 0;
    while (most < 0 || parts.size() < most - 1) {
      int next = text.indexOf(separator, at);
      if (next < 0) {
        break;
      }
      parts.add(text.substring(at, next));
      at = next + separator.length();
    }
    parts.add(text.substring(at));
    return parts;
  }

  /** sprig gives a map: {@code _0}, {@code _1}, … */
  private static Map<String, Object> split(String separator, int most, String text) {
    Map<String, Object> parts = new TreeMap<>();
    for (Object part : parts(separator, most, text)) {
      parts.put("_" + parts.size(), part);
    }
    return parts;
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    return value == null ? "" : value;
  }

  private static String expanded(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '$') {
        out.append(text.charAt(i));
        continue;
      }
      boolean braced = i + 1 < text.length() && text.charAt(i + 1) == '{';
      int start = i + (braced ? 2 : 1);
      int end = start;
      while (end < text.length()
          && (text.charAt(end) == '_' || Character.isLetterOrDigit(text.charAt(end)))) {
        end++;
      }
      if (end == start) {
        out.append('$');
        continue;
      }
      out.append(environment(text.substring(start, end)));
      i = braced && end < text.length() && text.charAt(end) == '}' ? end : end - 1;
    }
    return out.toString();
  }
}
