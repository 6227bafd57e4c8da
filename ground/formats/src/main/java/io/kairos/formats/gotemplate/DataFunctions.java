package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** sprig's functions on values, lists, maps and numbers. */
final class DataFunctions implements FunctionSet {
  @Override
  public Set<String> names() {
    return Set.of(
        "default",
        "empty",
        "coalesce",
        "ternary",
        "required",
        "fail",
        "list",
        "dict",
        "get",
        "hasKey",
        "keys",
        "values",
        "first",
        "last",
        "rest",
        "has",
        "append",
        "until",
        "add",
        "add1",
        "sub",
        "mul",
        "div",
        "mod",
        "max",
        "min",
        "int",
        "int64",
        "atoi",
        "float64",
        "kindOf",
        "typeOf");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "default" ->
          a.expect(1, 2).count() == 2 && Values.isTrue(a.get(1)) ? a.get(1) : a.get(0);
      case "empty" -> !Values.isTrue(a.expect(1).get(0));
      case "coalesce" -> coalesce(a);
      case "ternary" -> Values.isTrue(a.expect(3).get(2)) ? a.get(0) : a.get(1);
      case "required" -> required(a.expect(2));
      case "fail" -> throw Failure.execute("error calling fail: " + a.expect(1).text(0));
      case "list" -> new ArrayList<>(a.values());
      case "dict" -> dict(a);
      case "get" -> {
        Object value = Values.of(a.expect(2).map(0).get(a.text(1)));
        yield value == null ? "" : value;
      }
      case "hasKey" -> a.expect(2).map(0).containsKey(a.text(1));
      case "keys" -> keys(a.expect(1).map(0));
      case "values" -> new ArrayList<>(sorted(a.expect(1).map(0)).values());
      case "first" -> a.expect(1).list(0).isEmpty() ? null : a.list(0).getFirst();
      case "last" -> a.expect(1).list(0).isEmpty() ? null : a.list(0).getLast();
      case "rest" ->
          a.expect(1).list(0).isEmpty() ? List.of() : a.list(0).subList(1, a.list(0).size());
      case "has" -> a.expect(2).list(1).contains(a.get(0));
      case "append" -> {
        List<Object> list = a.expect(2).list(0);
        list.add(a.get(1));
        yield list;
      }
      case "until" -> until(a.expect(1).integer(0));
      case "add" -> sum(a);
      case "add1" -> a.expect(1).integer(0) + 1;
      case "sub" -> a.expect(2).integer(0) - a.integer(1);
      case "mul" -> product(a);
      case "div" -> a.expect(2).integer(0) / divisor(a);
      case "mod" -> a.expect(2).integer(0) % divisor(a);
      case "max" -> extreme(a, true);
      case "min" -> extreme(a, false);
      case "int", "int64", "atoi" -> a.expect(1).integer(0);
      case "float64" -> floating(a.expect(1));
      case "kindOf", "typeOf" -> Values.typeOf(a.expect(1).get(0));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Object coalesce(Arguments a) {
    for (Object value : a.values()) {
      if (Values.isTrue(value)) {
        return value;
      }
    }
    return null;
  }

  private static Object required(Arguments a) {
    Object value = a.get(1);
    if (value == null || value.equals("")) {
      throw Failure.execute("error calling required: " + a.text(0));
    }
    return value;
  }

  private static Map<String, Object> dict(Arguments a) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < a.count(); i += 2) {
      map.put(a.shown(i), i + 1 < a.count() ? a.get(i + 1) : "");
    }
    return map;
  }

  private static Map<String, Object> sorted(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), Values.of(value)));
    return sorted;
  }

  private static List<Object> keys(Map<?, ?> map) {
    return new ArrayList<>(sorted(map).keySet());
  }

  private static List<Object> until(long count) {
    List<Object> numbers = new ArrayList<>();
    for (long i = 0; i < Math.min(count, 100_000); i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static long sum(Arguments a) {
    long sum = 0;
    for (int i = 0; i < a.count(); i++) {
      sum += a.integer(i);
    }
    return sum;
  }

  private static long product(Arguments a) {
    long product = 1;
    for (int i = 0; i < a.count(); i++) {
      product *= a.integer(i);
    }
    return product;
  }

  private static long divisor(Arguments a) {
    if (a.integer(1) == 0) {
      throw Failure.execute("error calling " + a.function() + ": division by zero");
    }
    return a.integer(1);
  }

  private static long extreme(Arguments a, boolean greatest) {
    long extreme = a.expect(1, 100).integer(0);
    for (int i = 1; i < a.count(); i++) {
      long other = a.integer(i);
      extreme = greatest ? Math.max(extreme, other) : Math.min(extreme, other);
    }
    return extreme;
  }

  private static double floating(Arguments a) {
    try {
      return a.get(0) instanceof String text ? Double.parseDouble(text) : a.floating(0);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
