package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** sprig's functions on lists; each result is a list of its own. */
final class ListFunctions implements FunctionSet {
  private static final Set<String> MAY_MUST =
      Set.of(
          "append", "push", "prepend", "first", "rest", "last", "initial", "reverse", "uniq",
          "without", "has", "slice", "chunk", "compact");

  @Override
  public Set<String> names() {
    Set<String> names =
        new LinkedHashSet<>(Set.of("list", "tuple", "concat", "join", "sortAlpha", "toStrings"));
    for (String name : MAY_MUST) {
      names.add(name);
      names.add("must" + Character.toUpperCase(name.charAt(0)) + name.substring(1));
    }
    return names;
  }

  @Override
  public Object call(String name, Arguments a) {
    String plain =
        name.startsWith("must") ? Character.toLowerCase(name.charAt(4)) + name.substring(5) : name;
    return switch (plain) {
      case "list", "tuple" -> new ArrayList<>(a.values());
      case "append", "push" -> {
        List<Object> list = a.expect(2).list(0);
        list.add(a.get(1));
        yield list;
      }
      case "prepend" -> {
        List<Object> list = a.expect(2).list(0);
        list.addFirst(a.get(1));
        yield list;
      }
      case "concat" -> {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < a.count(); i++) {
          all.addAll(a.list(i));
        }
        yield all;
      }
      case "first" -> a.expect(1).list(0).isEmpty() ? null : a.list(0).getFirst();
      case "last" -> a.expect(1).list(0).isEmpty() ? null : a.list(0).getLast();
      case "rest" -> {
        List<Object> list = a.expect(1).list(0);
        yield list.isEmpty() ? list : list.subList(1, list.size());
      }
      case "initial" -> {
        List<Object> list = a.expect(1).list(0);
        yield list.isEmpty() ? list : list.subList(0, list.size() - 1);
      }
      case "reverse" -> {
        List<Object> list = a.expect(1).list(0);
        Collections.reverse(list);
        yield list;
      }
      case "uniq" -> new ArrayList<>(new LinkedHashSet<>(a.expect(1).list(0)));
      case "compact" -> {
        List<Object> list = a.expect(1).list(0);
        list.removeIf(item -> !Values.isTrue(item));
        yield list;
      }
      case "without" -> {
        List<Object> list = a.expect(1, 100).list(0);
        list.removeAll(a.from(1));
        yield list;
      }
      case "has" -> a.expect(2).get(1) != null && a.list(1).contains(a.get(0));
      case "slice" -> {
        List<Object> list = a.expect(1, 3).list(0);
        long from = a.count() > 1 ? a.integer(1) : 0;
        long to = a.count() > 2 ? a.integer(2) : list.size();
        if (from < 0 || to > list.size() || from > to) {
          throw Failure.execute("error calling slice: index out of range");
        }
        yield list.subList((int) from, (int) to);
      }
      case "chunk" -> chunks(a.expect(2).integer(0), a.list(1));
      case "join" -> String.join(a.expect(2).text(0), texts(a.get(1)));
      case "sortAlpha" ->
          new ArrayList<Object>(texts(a.expect(1).get(0)).stream().sorted().toList());
      case "toStrings" -> new ArrayList<Object>(texts(a.expect(1).get(0)));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static List<Object> chunks(long size, List<Object> list) {
    if (size < 1) {
      throw Failure.execute("error calling chunk: bad size " + size);
    }
    List<Object> chunks = new ArrayList<>();
    for (int at = 0; at < list.size(); at += (int) Math.min(size, list.size())) {
      chunks.add(list.subList(at, (int) Math.min(at + size, list.size())));
    }
    return chunks;
  }

  /** The items of a list as texts, without what is nil; anything else is a list of one. */
  static List<String> texts(Object value) {
    if (!(value instanceof List<?> list)) {
      return value == null ? List.of() : List.of(Values.shown(value));
    }
    List<String> texts = new ArrayList<>();
    for (Object item : list) {
      if (item != null) {
        texts.add(Values.shown(item));
      }
    }
    return texts;
  }
}
