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
        "slice",
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
        "urlquery");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "not" -> !Values.isTrue(a.expect(1).get(0));
      case "len" -> length(a.expect(1).get(0));
      case "index" -> index(a.expect(1, 100));
      case "slice" -> slice(a.expect(1, 3));
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
      case "js" -> print(a).replace("\\", "\\\\").replace("'", "\\'").replace("\"", "\\\"");
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
        case String text -> value = (long) text.charAt((int) a.integer(i));
        case null -> throw Failure.execute("error calling index: index of untyped nil");
        default ->
            throw Failure.execute("error calling index: can't index " + Values.typeOf(value));
      }
    }
    return value;
  }

  private static Object slice(Arguments a) {
    int size =
        switch (a.get(0)) {
          case String text -> text.length();
          case List<?> list -> list.size();
          case null, default ->
              throw Failure.execute("error calling slice: can't slice " + Values.typeOf(a.get(0)));
        };
    long from = a.count() > 1 ? a.integer(1) : 0;
    long to = a.count() > 2 ? a.integer(2) : size;
    if (from < 0 || to > size || from > to) {
      throw Failure.execute("error calling slice: index out of range");
    }
    return a.get(0) instanceof String text
        ? text.substring((int) from, (int) to)
        : a.list(0).subList((int) from, (int) to);
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

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&#34;")
        .replace("'", "&#39;");
  }
}
