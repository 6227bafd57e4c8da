package io.kairos.formats.jq;

import io.kairos.base.Suggestion;
import io.kairos.formats.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One call of a function, with what it was given. */
final class QueryFunctions {
  /** What there is, with the numbers of arguments it takes. */
  private static final Set<String> KNOWN =
      Set.of(
          "empty/0",
          "not/0",
          "length/0",
          "keys/0",
          "keys_unsorted/0",
          "values/0",
          "nulls/0",
          "booleans/0",
          "numbers/0",
          "strings/0",
          "arrays/0",
          "objects/0",
          "iterables/0",
          "scalars/0",
          "type/0",
          "map/1",
          "map_values/1",
          "select/1",
          "recurse/0",
          "recurse/1",
          "has/1",
          "in/1",
          "contains/1",
          "inside/1",
          "add/0",
          "add/1",
          "any/0",
          "any/1",
          "all/0",
          "all/1",
          "first/0",
          "first/1",
          "last/0",
          "last/1",
          "nth/1",
          "limit/2",
          "range/1",
          "range/2",
          "range/3",
          "flatten/0",
          "flatten/1",
          "floor/0",
          "ceil/0",
          "round/0",
          "abs/0",
          "sort/0",
          "sort_by/1",
          "group_by/1",
          "unique/0",
          "unique_by/1",
          "min/0",
          "max/0",
          "min_by/1",
          "max_by/1",
          "reverse/0",
          "to_entries/0",
          "from_entries/0",
          "with_entries/1",
          "join/1",
          "split/1",
          "ascii_downcase/0",
          "ascii_upcase/0",
          "startswith/1",
          "endswith/1",
          "ltrimstr/1",
          "rtrimstr/1",
          "trim/0",
          "ltrim/0",
          "rtrim/0",
          "test/1",
          "index/1",
          "indices/1",
          "tostring/0",
          "tonumber/0",
          "tojson/0",
          "fromjson/0",
          "explode/0",
          "implode/0",
          "paths/0",
          "getpath/1",
          "del/1",
          "error/0",
          "error/1",
          "isempty/1",
          "transpose/0",
          "@text/0",
          "@json/0",
          "@base64/0",
          "@base64d/0",
          "@csv/0",
          "@tsv/0",
          "@sh/0");

  private final QueryEvaluator evaluator;
  private final List<Filter> arguments;
  private final Object input;
  private final Map<String, Object> variables;

  QueryFunctions(
      QueryEvaluator evaluator,
      List<Filter> arguments,
      Object input,
      Map<String, Object> variables) {
    this.evaluator = evaluator;
    this.arguments = arguments;
    this.input = input;
    this.variables = variables;
  }

  static void check(String name, int count) {
    if (!KNOWN.contains(name + "/" + count)) {
      List<String> names =
          KNOWN.stream().map(known -> known.substring(0, known.indexOf('/'))).toList();
      throw QueryFailure.unknownFunction(name, count, Suggestion.nearest(name, names));
    }
  }

  List<Object> call(String name) {
    return switch (name) {
      case "empty" -> List.of();
      case "select" -> {
        List<Object> found = new ArrayList<>();
        for (Object chosen : argument(0)) {
          if (QueryValues.isTrue(chosen)) {
            found.add(input);
          }
        }
        yield found;
      }
      case "recurse" -> {
        List<Object> found = new ArrayList<>();
        recurse(input, found, 0);
        yield found;
      }
      case "values" -> when(input != null);
      case "nulls" -> when(input == null);
      case "booleans" -> when(input instanceof Boolean);
      case "numbers" -> when(input instanceof Number);
      case "strings" -> when(input instanceof String);
      case "arrays" -> when(input instanceof List<?>);
      case "objects" -> when(input instanceof Map<?, ?>);
      case "iterables" -> when(input instanceof List<?> || input instanceof Map<?, ?>);
      case "scalars" -> when(!(input instanceof List<?> || input instanceof Map<?, ?>));
      case "first" -> arguments.isEmpty() ? only(at(0)) : firstOf(argument(0));
      case "last" -> {
        if (arguments.isEmpty()) {
          yield only(at(-1));
        }
        List<Object> all = argument(0);
        yield all.isEmpty() ? all : all.subList(all.size() - 1, all.size());
      }
      case "limit" -> {
        List<Object> all = evaluator.run(arguments.get(1), input, variables);
        yield all.subList(0, (int) Math.clamp(number(value(0)).longValue(), 0L, all.size()));
      }
      case "range" -> range();
      case "paths" -> {
        List<Object> found = new ArrayList<>();
        paths(input, List.of(), found);
        yield found;
      }
      case "error" ->
          throw QueryFailure.value(
              "error: " + QueryValues.text(arguments.isEmpty() ? input : value(0)));
      default -> only(single(name));
    };
  }

  private Object single(String name) {
    return switch (name) {
      case "not" -> !QueryValues.isTrue(input);
      case "length" -> length();
      case "keys", "keys_unsorted" -> keys(name.equals("keys"));
      case "type" -> QueryValues.kind(input);
      case "map" -> {
        List<Object> mapped = new ArrayList<>();
        for (Object item : QueryEvaluator.items(input)) {
          mapped.addAll(each(0, item));
        }
        yield mapped;
      }
      case "map_values" -> mappedValues();
      case "has" -> has(input, value(0));
      case "in" -> has(value(0), input);
      case "contains" -> contains(input, value(0));
      case "inside" -> contains(value(0), input);
      case "add" -> {
        Object sum = null;
        for (Object item : arguments.isEmpty() ? QueryEvaluator.items(input) : argument(0)) {
          sum = QueryArithmetic.sum(sum, item);
        }
        yield sum;
      }
      case "any" -> tested().stream().anyMatch(QueryValues::isTrue);
      case "all" -> tested().stream().allMatch(QueryValues::isTrue);
      case "nth" -> at(number(value(0)).intValue());
      case "isempty" -> argument(0).isEmpty();
      case "flatten" -> {
        List<Object> flat = new ArrayList<>();
        flatten(list(), arguments.isEmpty() ? 1000 : number(value(0)).intValue(), flat);
        yield flat;
      }
      case "floor" -> whole(Math.floor(number(input).doubleValue()));
      case "ceil" -> whole(Math.ceil(number(input).doubleValue()));
      case "round" -> whole(Math.rint(number(input).doubleValue()));
      case "abs" ->
          input instanceof Long number
              ? (Object) Math.abs(number)
              : (Object) Math.abs(number(input).doubleValue());
      case "sort", "sort_by", "group_by", "unique", "unique_by", "min", "max", "min_by", "max_by" ->
          ordered(name);
      case "reverse" -> {
        if (input instanceof String text) {
          yield new StringBuilder(text).reverse().toString();
        }
        List<Object> reversed = new ArrayList<>(input == null ? List.of() : list());
        Collections.reverse(reversed);
        yield reversed;
      }
      case "to_entries" -> entries(map());
      case "from_entries" -> fromEntries(list());
      case "with_entries" -> {
        List<Object> entries = new ArrayList<>();
        for (Object entry : entries(map())) {
          entries.addAll(each(0, entry));
        }
        yield fromEntries(entries);
      }
      case "getpath" -> pathOf(value(0));
      case "del" -> deleted();
      case "transpose" -> transposed();
      case "fromjson" -> QueryValues.of(Json.parse("fromjson", text(input)));
      default -> QueryTexts.call(name, input, arguments.isEmpty() ? null : value(0));
    };
  }

  // ---- what was given

  private List<Object> argument(int index) {
    return evaluator.run(arguments.get(index), input, variables);
  }

  private List<Object> each(int index, Object item) {
    return evaluator.run(arguments.get(index), item, variables);
  }

  private Object value(int index) {
    return evaluator.first(arguments.get(index), input, variables);
  }

  private static List<Object> only(Object value) {
    return Collections.singletonList(value);
  }

  private List<Object> when(boolean holds) {
    return holds ? only(input) : List.of();
  }

  private static List<Object> firstOf(List<Object> all) {
    return all.isEmpty() ? all : all.subList(0, 1);
  }

  private List<Object> tested() {
    List<Object> tested = new ArrayList<>();
    for (Object item : QueryEvaluator.items(input)) {
      tested.addAll(arguments.isEmpty() ? only(item) : each(0, item));
    }
    return tested;
  }

  private List<Object> list() {
    if (input instanceof List<?>) {
      return QueryEvaluator.items(input);
    }
    throw QueryFailure.value("expected an array but got: " + QueryValues.described(input));
  }

  private Map<?, ?> map() {
    if (input instanceof Map<?, ?> map) {
      return map;
    }
    throw QueryFailure.value("expected an object but got: " + QueryValues.described(input));
  }

  private static Number number(Object value) {
    if (value instanceof Number number) {
      return number;
    }
    throw QueryFailure.value("expected a number but got: " + QueryValues.described(value));
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw QueryFailure.value("expected a string but got: " + QueryValues.described(value));
  }

  private static Object whole(double number) {
    return Math.abs(number) < 1L << 53 ? (Object) (long) number : (Object) number;
  }

  // ---- functions

  private Object length() {
    return switch (input) {
      case null -> 0L;
      case String text -> (long) text.codePointCount(0, text.length());
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case Long number -> Math.abs(number);
      case Number number -> Math.abs(number.doubleValue());
      default ->
          throw QueryFailure.value("length cannot be applied to: " + QueryValues.described(input));
    };
  }

  private List<Object> keys(boolean sorted) {
    return switch (input) {
      case Map<?, ?> map ->
          new ArrayList<>(sorted ? QueryValues.sortedKeys(map).keySet() : map.keySet());
      case List<?> list -> {
        List<Object> indices = new ArrayList<>();
        for (long i = 0; i < list.size(); i++) {
          indices.add(i);
        }
        yield indices;
      }
      case null, default ->
          throw QueryFailure.value("keys cannot be applied to: " + QueryValues.described(input));
    };
  }

  private Object mappedValues() {
    if (input instanceof List<?>) {
      List<Object> mapped = new ArrayList<>();
      for (Object item : list()) {
        mapped.addAll(firstOf(each(0, item)));
      }
      return mapped;
    }
    Map<String, Object> mapped = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map().entrySet()) {
      List<Object> values = each(0, QueryValues.of(entry.getValue()));
      if (!values.isEmpty()) {
        mapped.put((String) entry.getKey(), values.getFirst());
      }
    }
    return mapped;
  }

  private static boolean has(Object container, Object key) {
    return switch (container) {
      case Map<?, ?> map when key instanceof String -> map.containsKey(key);
      case List<?> list when key instanceof Number index ->
          index.doubleValue() >= 0 && index.doubleValue() < list.size();
      case null, default ->
          throw QueryFailure.value(
              "has("
                  + QueryValues.json(key)
                  + ") cannot be applied to: "
                  + QueryValues.described(container));
    };
  }

  private static boolean contains(Object whole, Object part) {
    return switch (whole) {
      case String text when part instanceof String piece -> text.contains(piece);
      case List<?> list when part instanceof List<?> pieces ->
          pieces.stream()
              .allMatch(
                  piece ->
                      list.stream()
                          .anyMatch(
                              item ->
                                  QueryValues.kind(QueryValues.of(item))
                                          .equals(QueryValues.kind(QueryValues.of(piece)))
                                      && contains(QueryValues.of(item), QueryValues.of(piece))));
      case Map<?, ?> map when part instanceof Map<?, ?> pieces ->
          pieces.entrySet().stream()
              .allMatch(
                  piece ->
                      map.containsKey(piece.getKey())
                          && contains(
                              QueryValues.of(map.get(piece.getKey())),
                              QueryValues.of(piece.getValue())));
      case null, default -> {
        if (!QueryValues.kind(whole).equals(QueryValues.kind(part))) {
          throw QueryFailure.value(
              QueryValues.described(whole)
                  + " cannot contain "
                  + QueryValues.described(part)
                  + ": they are of different kinds");
        }
        yield QueryValues.compare(whole, part) == 0;
      }
    };
  }

  private Object at(int index) {
    List<Object> items = input == null ? List.of() : list();
    int position = index < 0 ? index + items.size() : index;
    return position >= 0 && position < items.size() ? items.get(position) : null;
  }

  private List<Object> range() {
    double from = arguments.size() == 1 ? 0 : number(value(0)).doubleValue();
    double to = number(value(arguments.size() == 1 ? 0 : 1)).doubleValue();
    double step = arguments.size() == 3 ? number(value(2)).doubleValue() : 1;
    if (step == 0 || (to - from) / step > QueryEvaluator.MOST) {
      throw QueryFailure.value("the range has more than " + QueryEvaluator.MOST + " numbers");
    }
    List<Object> numbers = new ArrayList<>();
    for (double n = from; step > 0 ? n < to : n > to; n += step) {
      numbers.add(n == Math.rint(n) ? (Object) (long) n : (Object) n);
    }
    return numbers;
  }

  private static void flatten(List<Object> items, int levels, List<Object> flat) {
    for (Object item : items) {
      if (item instanceof List<?> && levels > 0) {
        flatten(QueryEvaluator.items(item), levels - 1, flat);
      } else {
        flat.add(item);
      }
    }
  }

  private void recurse(Object value, List<Object> found, int level) {
    if (level > 1000 || found.size() > QueryEvaluator.MOST) {
      throw QueryFailure.value("recurse does not end");
    }
    found.add(value);
    List<Object> next =
        !arguments.isEmpty()
            ? each(0, value)
            : value instanceof List<?> || value instanceof Map<?, ?>
                ? QueryEvaluator.items(value)
                : List.of();
    for (Object item : next) {
      recurse(item, found, level + 1);
    }
  }

  private record Keyed(List<Object> key, Object item) {}

  private Object ordered(String name) {
    List<Keyed> keyed = new ArrayList<>();
    for (Object item : input == null && name.startsWith("m") ? List.of() : list()) {
      keyed.add(new Keyed(arguments.isEmpty() ? only(item) : each(0, item), item));
    }
    Comparator<Keyed> byKey = Comparator.comparing(Keyed::key, QueryValues.ORDER);
    if (name.startsWith("min") || name.startsWith("max")) {
      Keyed extreme = null;
      for (Keyed each : keyed) {
        int order = extreme == null ? 0 : byKey.compare(each, extreme);
        if (extreme == null || (name.startsWith("min") ? order < 0 : order >= 0)) {
          extreme = each;
        }
      }
      return extreme == null ? null : extreme.item();
    }
    keyed.sort(byKey);
    if (name.startsWith("sort")) {
      return items(keyed);
    }
    List<Object> groups = new ArrayList<>();
    List<Keyed> group = new ArrayList<>();
    for (Keyed each : keyed) {
      if (!group.isEmpty() && byKey.compare(group.getFirst(), each) != 0) {
        groups.add(items(group));
        group.clear();
      }
      group.add(each);
    }
    if (!group.isEmpty()) {
      groups.add(items(group));
    }
    return name.equals("group_by")
        ? groups
        : new ArrayList<>(groups.stream().map(g -> ((List<?>) g).getFirst()).toList());
  }

  private static List<Object> items(List<Keyed> keyed) {
    List<Object> items = new ArrayList<>();
    keyed.forEach(each -> items.add(each.item()));
    return items;
  }

  private static List<Object> entries(Map<?, ?> map) {
    List<Object> entries = new ArrayList<>();
    QueryValues.sortedKeys(map)
        .forEach(
            (key, value) -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("key", key);
              entry.put("value", QueryValues.of(value));
              entries.add(entry);
            });
    return entries;
  }

  private static Map<String, Object> fromEntries(List<Object> entries) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Object entry : entries) {
      if (!(entry instanceof Map<?, ?> members)) {
        throw QueryFailure.value(
            "from_entries wants maps of key and value, not " + QueryValues.described(entry));
      }
      Object key = members.containsKey("key") ? members.get("key") : members.get("name");
      map.put(QueryValues.text(QueryValues.of(key)), QueryValues.of(members.get("value")));
    }
    return map;
  }

  private static void paths(Object value, List<Object> path, List<Object> found) {
    if (!path.isEmpty()) {
      found.add(path);
    }
    switch (value) {
      case Map<?, ?> map ->
          QueryValues.sortedKeys(map)
              .forEach((key, item) -> paths(QueryValues.of(item), longer(path, key), found));
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          paths(QueryValues.of(list.get(i)), longer(path, (long) i), found);
        }
      }
      case null, default -> {}
    }
  }

  private static List<Object> longer(List<Object> path, Object key) {
    List<Object> longer = new ArrayList<>(path);
    longer.add(key);
    return longer;
  }

  private Object pathOf(Object path) {
    Object value = input;
    for (Object key : QueryEvaluator.items(path)) {
      Filter index = new Filter.Index(new Filter.Identity(), new Filter.Literal(key));
      value = evaluator.first(index, value, variables);
    }
    return value;
  }

  /** {@code del(.a)}: only of keys and indices directly in the input. */
  private Object deleted() {
    if (!(arguments.getFirst() instanceof Filter.Index(Filter.Identity _, var key))) {
      throw QueryFailure.value("del takes one key, such as del(.a) or del(.[0])");
    }
    Object name = evaluator.first(key, input, variables);
    if (name instanceof String && input instanceof Map<?, ?> map) {
      Map<String, Object> rest = new LinkedHashMap<>();
      map.forEach((each, value) -> rest.put((String) each, value));
      rest.remove(name);
      return rest;
    }
    if (name instanceof Number index && input instanceof List<?>) {
      List<Object> rest = list();
      int at = index.intValue() < 0 ? index.intValue() + rest.size() : index.intValue();
      if (at >= 0 && at < rest.size()) {
        rest.remove(at);
      }
      return rest;
    }
    if (input == null) {
      return null;
    }
    throw QueryFailure.value(
        "cannot delete " + QueryValues.described(name) + " from " + QueryValues.described(input));
  }

  private List<Object> transposed() {
    List<Object> rows = list();
    int width = rows.stream().mapToInt(row -> QueryEvaluator.items(row).size()).max().orElse(0);
    List<Object> columns = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      List<Object> column = new ArrayList<>();
      for (Object row : rows) {
        List<Object> cells = QueryEvaluator.items(row);
        column.add(i < cells.size() ? cells.get(i) : null);
      }
      columns.add(column);
    }
    return columns;
  }

  static List<Object> split(String text, String separator) {
    if (text.isEmpty()) {
      return List.of();
    }
    List<Object> parts = new ArrayList<>();
    if (separator.isEmpty()) {
      text.codePoints().forEach(c -> parts.add(Character.toString(c)));
      return parts;
    }
    int at = 0;
    for (int next = text.indexOf(separator); next >= 0; next = text.indexOf(separator, at)) {
      parts.add(text.substring(at, next));
      at = next + separator.length();
    }
    parts.add(text.substring(at));
    return parts;
  }
}
