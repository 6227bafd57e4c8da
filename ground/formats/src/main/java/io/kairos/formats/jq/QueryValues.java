package io.kairos.formats.jq;

import io.kairos.formats.gofmt.GoText;
import io.kairos.formats.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What jq knows about values: their kind, their order, how messages show them. */
final class QueryValues {
  /** null, false, true, numbers, texts, lists, maps. */
  static final Comparator<Object> ORDER = QueryValues::compare;

  private QueryValues() {}

  /** Computes what is lazy and gives numbers one of two types. */
  static Object of(Object value) {
    return switch (value) {
      case Supplier<?> lazy -> of(lazy.get());
      case Double number -> number;
      case Float number -> number.doubleValue();
      case java.math.BigDecimal number -> number.doubleValue();
      case Number number -> number.longValue();
      case null, default -> value;
    };
  }

  /** All of it computed, however deep. */
  static Object whole(Object value) {
    return switch (of(value)) {
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(whole(item)));
        yield items;
      }
      case Map<?, ?> map -> {
        Map<String, Object> members = new java.util.LinkedHashMap<>();
        map.forEach((key, item) -> members.put(String.valueOf(key), whole(item)));
        yield members;
      }
      case null -> null;
      case Object scalar -> scalar;
    };
  }

  static boolean isTrue(Object value) {
    return value != null && !Boolean.FALSE.equals(value);
  }

  static String kind(Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean _ -> "boolean";
      case Number _ -> "number";
      case String _ -> "string";
      case List<?> _ -> "array";
      default -> "object";
    };
  }

  /** {@code string ("x")}, shortened. */
  static String described(Object value) {
    if (value == null) {
      return "null";
    }
    String text = json(value);
    return kind(value) + " (" + (text.length() > 40 ? text.substring(0, 39) + "…" : text) + ")";
  }

  static String json(Object value) {
    return Json.write(shortNumbers(sorted(whole(value))));
  }

  /** Whole floats lose their point, as jq writes them. */
  private static Object shortNumbers(Object value) {
    return switch (value) {
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e17 ->
          number.longValue();
      case List<?> list -> list.stream().map(QueryValues::shortNumbersOrNull).toList();
      case Map<?, ?> map -> {
        Map<String, Object> members = new java.util.LinkedHashMap<>();
        map.forEach((key, item) -> members.put((String) key, shortNumbers(item)));
        yield members;
      }
      case null -> null;
      case Object scalar -> scalar;
    };
  }

  private static Object shortNumbersOrNull(Object value) {
    return value == null ? java.util.Optional.empty() : shortNumbers(value);
  }

  private static Object sorted(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> members = new TreeMap<>();
        map.forEach((key, item) -> members.put((String) key, sorted(item)));
        yield members;
      }
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(sorted(item)));
        yield items;
      }
      case null -> null;
      case Object scalar -> scalar;
    };
  }

  /** A text as it is, anything else as JSON. */
  static String text(Object value) {
    return switch (value) {
      case String text -> text;
      case Double number when number != Math.rint(number) && Math.abs(number) < 1e6 ->
          GoText.floating(number);
      case null, default -> json(value);
    };
  }

  private static int rank(Object value) {
    return switch (value) {
      case null -> 0;
      case Boolean flag -> flag ? 2 : 1;
      case Number _ -> 3;
      case String _ -> 4;
      case List<?> _ -> 5;
      default -> 6;
    };
  }

  static int compare(Object left, Object right) {
    Object a = of(left);
    Object b = of(right);
    if (rank(a) != rank(b)) {
      return Integer.compare(rank(a), rank(b));
    }
    return switch (a) {
      case Long x when b instanceof Long y -> Long.compare(x, y);
      case Number x -> Double.compare(x.doubleValue(), ((Number) b).doubleValue());
      case String x -> x.compareTo((String) b);
      case List<?> x -> compare(x.iterator(), ((List<?>) b).iterator());
      case Map<?, ?> x -> compareMaps(sortedKeys(x), sortedKeys((Map<?, ?>) b));
      case null, default -> 0;
    };
  }

  private static int compareMaps(Map<String, Object> a, Map<String, Object> b) {
    int keys = compare(a.keySet().iterator(), b.keySet().iterator());
    return keys != 0 ? keys : compare(a.values().iterator(), b.values().iterator());
  }

  private static int compare(Iterator<?> a, Iterator<?> b) {
    while (a.hasNext() && b.hasNext()) {
      int order = compare(a.next(), b.next());
      if (order != 0) {
        return order;
      }
    }
    return Boolean.compare(a.hasNext(), b.hasNext());
  }

  static Map<String, Object> sortedKeys(Map<?, ?> map) {
    var sorted = new TreeMap<String, Object>();
    map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
    return sorted;
  }
}
