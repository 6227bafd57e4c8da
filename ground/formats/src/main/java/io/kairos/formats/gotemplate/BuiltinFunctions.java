package io.kairos.formats.gotemplate;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that text/template itself has. */
final class BuiltinFunctions implements FunctionSet {
  @Override
  public Set<String> names() {
    return Set.of(
        "not",
        "len",
        "index",
        "print",
        "println",
        "printf",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "html",
        "js",
        "urlquery",
        "call");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "call" -> throw Failure.execute("error calling call: there are no function values");
      case "not" -> !Values.isTrue(a.expect(1).get(0));
      case "len" -> length(a.expect(1).get(0));
      case "index" -> index(a.expect(1, 100));
      case "print" -> print(a);
      case "println" -> println(a);
      case "printf" -> Printf.format(a.expect(1, 100));
      case "eq" -> isAnyEqual(a.expect(2, 100));
      case "ne" -> !Values.areEqual(a.expect(2).get(0), a.get(1));
      case "lt" -> Values.compare(a.expect(2).get(0), a.get(1)) < 0;
      case "le" -> Values.compare(a.expect(2).get(0), a.get(1)) <= 0;
      case "gt" -> Values.compare(a.expect(2).get(0), a.get(1)) > 0;
      case "ge" -> Values.compare(a.expect(2).get(0), a.get(1)) >= 0;
      case "html" -> html(print(a));
      case "js" -> js(print(a));
      case "urlquery" -> URLEncoder.encode(print(a), StandardCharsets.UTF_8);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static boolean isAnyEqual(Arguments a) {
    for (int i = 1; i < a.count(); i++) {
      if (Values.areEqual(a.get(0), a.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static long length(Object value) {
    return switch (value) {
      case String text -> text.getBytes(StandardCharsets.UTF_8).length;
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case null, default -> throw Failure.execute("len of type " + Values.typeOf(value));
    };
  }

  private static Object index(Arguments a) {
    Object value = a.get(0);
    for (int i = 1; i < a.count(); i++) {
      switch (value) {
        case Map<?, ?> map -> value = Values.of(map.get(a.text(i)));
        case List<?> list -> {
          long at = a.integer(i);
          if (at < 0 || at >= list.size()) {
            throw Failure.execute("error calling index: index out of range: " + at);
          }
          value = Values.of(list.get((int) at));
        }
        case String text -> {
          byte[] octets = text.getBytes(StandardCharsets.UTF_8);
          long at = a.integer(i);
          if (at < 0 || at >= octets.length) {
            throw Failure.execute("error calling index: index out of range: " + at);
          }
          value = (long) (octets[(int) at] & 0xFF);
        }
        case null -> throw Failure.execute("error calling index: index of untyped nil");
        default ->
            throw Failure.execute("error calling index: can't index " + Values.typeOf(value));
      }
    }
    return value;
  }

  /** Values side by side, with a blank between two that are no texts. */
  private static String print(Arguments a) {
    var out = new StringBuilder();
    for (int i = 0; i < a.count(); i++) {
      if (i > 0 && !(a.get(i) instanceof String) && !(a.get(i - 1) instanceof String)) {
        out.append(' ');
      }
      out.append(Values.shown(a.get(i)));
    }
    return out.toString();
  }

  private static String println(Arguments a) {
    var out = new StringBuilder();
    for (int i = 0; i < a.count(); i++) {
      out.append(i > 0 ? " " : "").append(Values.shown(a.get(i)));
    }
    return out.append('\n').toString();
  }

  private static String js(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\'' -> out.append("\\'");
        case '"' -> out.append("\\\"");
        case '<', '>', '&', '=' -> out.append(String.format("\\u%04X", (int) c));
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04X", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&#34;")
        .replace("'", "&#39;");
  }
}
