package io.kairos.formats.jq;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** Functions that make texts of values, or values of texts. */
final class QueryTexts {
  private QueryTexts() {}

  static Object call(String name, Object input, Object argument) {
    return switch (name) {
      case "tostring", "@text" -> QueryValues.text(input);
      case "tojson", "@json" -> QueryValues.json(input);
      case "tonumber" -> number(input);
      case "ascii_downcase" -> text(input).toLowerCase(Locale.ROOT);
      case "ascii_upcase" -> text(input).toUpperCase(Locale.ROOT);
      case "startswith" -> text(input).startsWith(text(argument));
      case "endswith" -> text(input).endsWith(text(argument));
      case "ltrimstr" ->
          input instanceof String text && argument instanceof String start && text.startsWith(start)
              ? text.substring(start.length())
              : input;
      case "rtrimstr" ->
          input instanceof String text
                  && argument instanceof String end
                  && !end.isEmpty()
                  && text.endsWith(end)
              ? text.substring(0, text.length() - end.length())
              : input;
      case "trim" -> text(input).strip();
      case "ltrim" -> text(input).stripLeading();
      case "rtrim" -> text(input).stripTrailing();
      case "test" -> pattern(text(argument)).matcher(text(input)).find();
      case "split" -> QueryFunctions.split(text(input), text(argument));
      case "join" ->
          QueryEvaluator.items(input).stream()
              .map(item -> item == null ? "" : QueryValues.text(item))
              .collect(Collectors.joining(text(argument)));
      case "index", "indices" -> indices(name.equals("index"), input, argument);
      case "explode" -> {
        List<Object> codes = new ArrayList<>();
        text(input).codePoints().forEach(code -> codes.add((long) code));
        yield codes;
      }
      case "implode" -> {
        var out = new StringBuilder();
        for (Object code : QueryEvaluator.items(input)) {
          if (!(code instanceof Long number) || !Character.isValidCodePoint(number.intValue())) {
            throw QueryFailure.value("implode wants code points");
          }
          out.appendCodePoint(number.intValue());
        }
        yield out.toString();
      }
      case "@base64" -> Base64.getEncoder().encodeToString(bytes(QueryValues.text(input)));
      case "@base64d" -> {
        try {
          yield new String(
              Base64.getDecoder().decode(QueryValues.text(input)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
          throw QueryFailure.value("not valid base64: " + QueryValues.described(input));
        }
      }
      case "@csv" -> cells(input, ",", text -> "\"" + text.replace("\"", "\"\"") + "\"");
      case "@tsv" ->
          cells(
              input,
              "\t",
              text -> text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
      case "@sh" ->
          (input instanceof List<?>
                  ? QueryEvaluator.items(input)
                  : Collections.singletonList(input))
              .stream().map(QueryTexts::shellWord).collect(Collectors.joining(" "));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String text(Object value) {
    return QueryFunctions.text(value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Object number(Object input) {
    if (input instanceof Number) {
      return input;
    }
    String text = text(input);
    try {
      return text.matches("-?\\d{1,18}") ? (Object) Long.parseLong(text) : Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw QueryFailure.value("not a number: " + QueryValues.described(input));
    }
  }

  private static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw QueryFailure.value("'" + text + "' is no pattern: " + e.getDescription());
    }
  }

  private static Object indices(boolean onlyFirst, Object input, Object wanted) {
    List<Object> found = new ArrayList<>();
    if (input instanceof String text) {
      String part = text(wanted);
      for (int at = text.indexOf(part);
          at >= 0 && !part.isEmpty();
          at = text.indexOf(part, at + 1)) {
        found.add((long) text.codePointCount(0, at));
      }
    } else if (input != null) {
      List<Object> items = QueryEvaluator.items(input);
      for (int i = 0; i < items.size(); i++) {
        if (QueryValues.compare(items.get(i), wanted) == 0) {
          found.add((long) i);
        }
      }
    }
    return onlyFirst ? (found.isEmpty() ? null : found.getFirst()) : found;
  }

  private interface Escape {
    String of(String text);
  }

  private static String cells(Object input, String separator, Escape escape) {
    return QueryEvaluator.items(input).stream()
        .map(
            cell ->
                switch (cell) {
                  case null -> "";
                  case String text -> escape.of(text);
                  default -> QueryValues.text(cell);
                })
        .collect(Collectors.joining(separator));
  }

  private static String shellWord(Object value) {
    return value instanceof String text
        ? "'" + text.replace("'", "'\\''") + "'"
        : QueryValues.text(value);
  }
}
