package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** sprig's functions on maps. Only {@code set}, {@code unset} and the merges change one. */
final class MapFunctions implements FunctionSet {
  @Override
  public Set<String> names() {
    return Set.of(
        "dict",
        "get",
        "set",
        "unset",
        "hasKey",
        "pluck",
        "keys",
        "values",
        "pick",
        "omit",
        "merge",
        "mustMerge",
        "mergeOverwrite",
        "mustMergeOverwrite",
        "dig",
        "deepCopy",
        "mustDeepCopy");
  }

  @Override
  public Object call(String name, Arguments a) {
    return switch (name) {
      case "dict" -> dict(a);
      case "get" -> {
        Object value = Values.of(a.expect(2).map(0).get(a.text(1)));
        yield value == null ? "" : value;
      }
      case "set" -> {
        changeable(a.expect(3), 0).put(a.text(1), a.get(2));
        yield a.get(0);
      }
      case "unset" -> {
        changeable(a.expect(2), 0).remove(a.text(1));
        yield a.get(0);
      }
      case "hasKey" -> a.expect(2).map(0).containsKey(a.text(1));
      case "pluck" -> {
        List<Object> found = new ArrayList<>();
        for (int i = 1; i < a.count(); i++) {
          if (a.map(i).containsKey(a.text(0))) {
            found.add(Values.of(a.map(i).get(a.text(0))));
          }
        }
        yield found;
      }
      case "keys" -> {
        List<Object> keys = new ArrayList<>();
        for (int i = 0; i < a.count(); i++) {
          keys.addAll(sorted(a.map(i)).keySet());
        }
        yield keys;
      }
      case "values" -> new ArrayList<>(sorted(a.expect(1).map(0)).values());
      case "pick" -> chosen(a, true);
      case "omit" -> chosen(a, false);
      case "merge", "mustMerge" -> merged(a, false);
      case "mergeOverwrite", "mustMergeOverwrite" -> merged(a, true);
      case "dig" -> dig(a);
      case "deepCopy", "mustDeepCopy" -> copied(a.expect(1).get(0));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Map<String, Object> dict(Arguments a) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < a.count(); i += 2) {
      map.put(a.shown(i), i + 1 < a.count() ? a.get(i + 1) : "");
    }
    return map;
  }

  @SuppressWarnings("unchecked") // keys of our maps are texts
  private static Map<String, Object> changeable(Arguments a, int index) {
    if (a.map(index) instanceof LinkedHashMap<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw Failure.execute(
        "error calling " + a.function() + ": this map is not the template's own; use deepCopy");
  }

  private static Map<String, Object> sorted(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), Values.of(value)));
    return sorted;
  }

  private static Map<String, Object> chosen(Arguments a, boolean wanted) {
    List<Object> keys = a.expect(1, 100).from(1);
    Map<String, Object> chosen = new LinkedHashMap<>();
    sorted(a.map(0))
        .forEach(
            (key, value) -> {
              if (keys.contains(key) == wanted) {
                chosen.put(key, value);
              }
            });
    return chosen;
  }

  private static Map<String, Object> merged(Arguments a, boolean overwrites) {
    Map<String, Object> target = changeable(a.expect(1, 100), 0);
    for (int i = 1; i < a.count(); i++) {
      merge(target, a.map(i), overwrites);
    }
    return target;
  }

  /** What is empty counts as absent, on either side. */
  private static void merge(Map<String, Object> target, Map<?, ?> source, boolean overwrites) {
    for (Map.Entry<?, ?> entry : source.entrySet()) {
      String key = (String) entry.getKey();
      Object value = Values.of(entry.getValue());
      Object old = target.get(key);
      if (old instanceof Map<?, ?> inner && value instanceof Map<?, ?> other) {
        Map<String, Object> copy = new LinkedHashMap<>();
        inner.forEach((name, item) -> copy.put((String) name, item));
        merge(copy, other, overwrites);
        target.put(key, copy);
      } else if (!target.containsKey(key)
          || !Values.isTrue(old)
          || (overwrites && Values.isTrue(value))) {
        target.put(key, value);
      }
    }
  }

  private static Object dig(Arguments a) {
    a.expect(3, 100);
    Object value = a.last();
    for (int i = 0; i < a.count() - 2; i++) {
      if (!(value instanceof Map<?, ?> map)) {
        throw Failure.execute("error calling dig: expected a map, found " + Values.typeOf(value));
      }
      if (!map.containsKey(a.text(i))) {
        return a.get(a.count() - 2);
      }
      value = Values.of(map.get(a.text(i)));
    }
    return value;
  }

  private static Object copied(Object value) {
    return switch (Values.of(value)) {
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put((String) key, copied(item)));
        yield copy;
      }
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(item -> copy.add(copied(item)));
        yield copy;
      }
      case null -> null;
      case Object scalar -> scalar;
    };
  }
}
