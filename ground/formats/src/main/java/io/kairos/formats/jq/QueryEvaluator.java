package io.kairos.formats.jq;

import io.kairos.base.InvalidConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run of a query. */
final class QueryEvaluator {
  /** Results of one filter; protects the memory. */
  static final int MOST = 1_000_000;

  private static final int DEEPEST = 400;

  private int depth;
  private long results;

  List<Object> run(Filter filter, Object input, Map<String, Object> variables) {
    if (++depth > DEEPEST) {
      throw QueryFailure.value("the query goes deeper than " + DEEPEST + " levels");
    }
    List<Object> found = results(filter, input, variables);
    results += found.size();
    if (results > MOST) {
      throw QueryFailure.value("the query has more than " + MOST + " results");
    }
    depth--;
    return found;
  }

  /** The first result, or null when there is none. */
  Object first(Filter filter, Object input, Map<String, Object> variables) {
    List<Object> found = run(filter, input, variables);
    return found.isEmpty() ? null : found.getFirst();
  }

  private static List<Object> only(Object value) {
    return Collections.singletonList(value);
  }

  private List<Object> results(Filter filter, Object input, Map<String, Object> variables) {
    return switch (filter) {
      case Filter.Identity _ -> only(input);
      case Filter.Literal(var value) -> only(value);
      case Filter.Descend _ -> descended(input);
      case Filter.Variable(var name) -> only(variable(name, variables));
      case Filter.Text(var parts) -> only(text(parts, input, variables));
      case Filter.Index(var of, var key) -> indexed(of, key, input, variables);
      case Filter.Slice(var of, var from, var to) -> {
        List<Object> found = new ArrayList<>();
        for (Object value : run(of, input, variables)) {
          found.add(slice(value, bound(from, input, variables), bound(to, input, variables)));
        }
        yield found;
      }
      case Filter.Iterate(var of) -> {
        List<Object> found = new ArrayList<>();
        for (Object value : run(of, input, variables)) {
          found.addAll(items(value));
        }
        yield found;
      }
      case Filter.Attempt(var body) -> {
        int level = depth;
        try {
          yield run(body, input, variables);
        } catch (InvalidConfig left) {
          depth = level;
          yield List.of();
        }
      }
      case Filter.Pipe(var first, var then) -> {
        List<Object> found = new ArrayList<>();
        for (Object value : run(first, input, variables)) {
          found.addAll(run(then, value, variables));
        }
        yield found;
      }
      case Filter.Comma(var left, var right) -> {
        List<Object> found = new ArrayList<>(run(left, input, variables));
        found.addAll(run(right, input, variables));
        yield found;
      }
      case Filter.Operation operation -> operated(operation, input, variables);
      case Filter.Negate(var body) -> {
        List<Object> found = new ArrayList<>();
        for (Object value : run(body, input, variables)) {
          found.add(QueryArithmetic.apply("-", 0L, value));
        }
        yield found;
      }
      case Filter.ListOf(var items) ->
          only(items.isEmpty() ? List.of() : new ArrayList<>(run(items.get(), input, variables)));
      case Filter.MapOf(var members) -> maps(members, input, variables);
      case Filter.If(var condition, var then, var otherwise) -> {
        List<Object> found = new ArrayList<>();
        for (Object value : run(condition, input, variables)) {
          found.addAll(run(QueryValues.isTrue(value) ? then : otherwise, input, variables));
        }
        yield found;
      }
      case Filter.Bind(var source, var name, var body) -> {
        List<Object> found = new ArrayList<>();
        for (Object value : run(source, input, variables)) {
          found.addAll(run(body, input, with(variables, name, value)));
        }
        yield found;
      }
      case Filter.Reduce(var source, var name, var start, var update) -> {
        Object state = first(start, input, variables);
        for (Object value : run(source, input, variables)) {
          List<Object> next = run(update, state, with(variables, name, value));
          state = next.isEmpty() ? null : next.getLast();
        }
        yield only(state);
      }
      case Filter.Call(var name, var arguments) ->
          new QueryFunctions(this, arguments, input, variables).call(name);
    };
  }

  static Map<String, Object> with(Map<String, Object> variables, String name, Object value) {
    Map<String, Object> more = new HashMap<>(variables);
    more.put(name, value);
    return more;
  }

  private static Object variable(String name, Map<String, Object> variables) {
    if (!variables.containsKey(name)) {
      throw QueryFailure.value("variable not defined: $" + name);
    }
    return variables.get(name);
  }

  private String text(List<Filter> parts, Object input, Map<String, Object> variables) {
    var out = new StringBuilder();
    for (Filter part : parts) {
      out.append(QueryValues.text(first(part, input, variables)));
    }
    return out.toString();
  }

  private List<Object> indexed(Filter of, Filter key, Object input, Map<String, Object> variables) {
    List<Object> found = new ArrayList<>();
    for (Object value : run(of, input, variables)) {
      for (Object index : run(key, input, variables)) {
        found.add(index(value, index));
      }
    }
    return found;
  }

  private static Object index(Object value, Object key) {
    if (value == null) {
      return null;
    }
    return switch (key) {
      case String name when value instanceof Map<?, ?> map -> QueryValues.of(map.get(name));
      case String name ->
          throw QueryFailure.value(
              "expected an object but got: "
                  + QueryValues.described(value)
                  + ", so it has no '"
                  + name
                  + "'");
      case Number number when value instanceof List<?> list -> {
        double at = Math.floor(number.doubleValue());
        double from = at < 0 ? at + list.size() : at;
        yield from < 0 || from >= list.size() ? null : QueryValues.of(list.get((int) from));
      }
      case Number number ->
          throw QueryFailure.value(
              "expected an array but got: "
                  + QueryValues.described(value)
                  + ", so it has no ["
                  + QueryValues.text(number)
                  + "]");
      case null, default ->
          throw QueryFailure.value(
              "a path wants a text or a number, not " + QueryValues.described(key));
    };
  }

  private Optional<Double> bound(
      Optional<Filter> bound, Object input, Map<String, Object> variables) {
    return bound
        .map(filter -> first(filter, input, variables))
        .map(
            value -> {
              if (value instanceof Number number) {
                return number.doubleValue();
              }
              throw QueryFailure.value(
                  "a slice wants numbers, not " + QueryValues.described(value));
            });
  }

  private static Object slice(Object value, Optional<Double> from, Optional<Double> to) {
    int size =
        switch (value) {
          case null -> 0;
          case String text -> text.codePointCount(0, text.length());
          case List<?> list -> list.size();
          default ->
              throw QueryFailure.value(
                  "expected an array but got: " + QueryValues.described(value));
        };
    int start = position(from.map(Math::floor).orElse(0.0), size);
    int end = Math.max(start, position(to.map(Math::ceil).orElse((double) size), size));
    return switch (value) {
      case String text ->
          text.substring(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, end));
      case List<?> list -> new ArrayList<Object>(list.subList(start, end));
      case null, default -> null;
    };
  }

  private static int position(double wanted, int size) {
    double from = wanted < 0 ? wanted + size : wanted;
    return (int) Math.clamp(from, 0.0, (double) size);
  }

  static List<Object> items(Object value) {
    List<Object> items = new ArrayList<>();
    switch (value) {
      case List<?> list -> list.forEach(item -> items.add(QueryValues.of(item)));
      case Map<?, ?> map ->
          QueryValues.sortedKeys(map).values().forEach(item -> items.add(QueryValues.of(item)));
      case null, default ->
          throw QueryFailure.value("cannot iterate over: " + QueryValues.described(value));
    }
    return items;
  }

  private List<Object> descended(Object input) {
    List<Object> found = new ArrayList<>();
    descend(input, found, 0);
    return found;
  }

  private void descend(Object value, List<Object> found, int level) {
    if (level > DEEPEST) {
      throw QueryFailure.value("the document is deeper than " + DEEPEST + " levels");
    }
    found.add(value);
    if (value instanceof List<?> || value instanceof Map<?, ?>) {
      items(value).forEach(item -> descend(item, found, level + 1));
    }
  }

  private List<Object> operated(
      Filter.Operation operation, Object input, Map<String, Object> variables) {
    return switch (operation.operator()) {
      case "//" -> alternative(operation, input, variables);
      case "and", "or" -> logic(operation, input, variables);
      default -> {
        List<Object> found = new ArrayList<>();
        for (Object right : run(operation.right(), input, variables)) {
          for (Object left : run(operation.left(), input, variables)) {
            found.add(QueryArithmetic.apply(operation.operator(), left, right));
          }
        }
        yield found;
      }
    };
  }

  private List<Object> alternative(
      Filter.Operation operation, Object input, Map<String, Object> variables) {
    List<Object> found = List.of();
    int level = depth;
    try {
      found = run(operation.left(), input, variables).stream().filter(QueryValues::isTrue).toList();
    } catch (InvalidConfig none) {
      depth = level;
    }
    return found.isEmpty() ? run(operation.right(), input, variables) : found;
  }

  private List<Object> logic(
      Filter.Operation operation, Object input, Map<String, Object> variables) {
    List<Object> found = new ArrayList<>();
    boolean decisive = operation.operator().equals("or");
    for (Object left : run(operation.left(), input, variables)) {
      if (QueryValues.isTrue(left) == decisive) {
        found.add(decisive);
        continue;
      }
      for (Object right : run(operation.right(), input, variables)) {
        found.add(QueryValues.isTrue(right));
      }
    }
    return found;
  }

  /** Every combination of the members' keys and values. */
  private List<Object> maps(
      List<Filter.Member> members, Object input, Map<String, Object> variables) {
    List<Map<String, Object>> made = new ArrayList<>(List.of(new LinkedHashMap<>()));
    for (Filter.Member member : members) {
      List<Map<String, Object>> next = new ArrayList<>();
      for (Map<String, Object> map : made) {
        for (Object key : run(member.key(), input, variables)) {
          if (!(key instanceof String name)) {
            throw QueryFailure.value(
                "expected a string for object key but got: " + QueryValues.described(key));
          }
          for (Object value : run(member.value(), input, variables)) {
            Map<String, Object> copy = new LinkedHashMap<>(map);
            copy.put(name, value);
            next.add(copy);
          }
        }
      }
      made = next;
    }
    return new ArrayList<>(made);
  }
}
