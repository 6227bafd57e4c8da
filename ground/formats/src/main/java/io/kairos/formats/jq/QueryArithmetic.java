package io.kairos.formats.jq;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Operators with two values. Whole numbers stay whole as long as they fit. */
final class QueryArithmetic {
  private static final int LONGEST = 1 << 20;

  private QueryArithmetic() {}

  static Object apply(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> QueryValues.compare(left, right) == 0;
      case "!=" -> QueryValues.compare(left, right) != 0;
      case "<" -> QueryValues.compare(left, right) < 0;
      case "<=" -> QueryValues.compare(left, right) <= 0;
      case ">" -> QueryValues.compare(left, right) > 0;
      case ">=" -> QueryValues.compare(left, right) >= 0;
      case "+" -> sum(left, right);
      case "-" -> difference(left, right);
      case "*" -> product(left, right);
      case "/" -> quotient(left, right);
      case "%" -> remainder(left, right);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  static Object sum(Object left, Object right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    if (left instanceof Long a && right instanceof Long b) {
      long sum = a + b;
      return ((a ^ sum) & (b ^ sum)) < 0 ? (Object) ((double) a + (double) b) : (Object) sum;
    }
    return switch (left) {
      case Number a when right instanceof Number b -> a.doubleValue() + b.doubleValue();
      case String a when right instanceof String b -> a + b;
      case List<?> a when right instanceof List<?> b -> {
        List<Object> both = new ArrayList<>(a);
        both.addAll(b);
        yield both;
      }
      case Map<?, ?> a when right instanceof Map<?, ?> b -> {
        Map<String, Object> both = new LinkedHashMap<>();
        a.forEach((key, value) -> both.put((String) key, value));
        b.forEach((key, value) -> both.put((String) key, value));
        yield both;
      }
      default -> throw cannot("add", left, right);
    };
  }

  private static Object difference(Object left, Object right) {
    if (left instanceof Long a && right instanceof Long b && b != Long.MIN_VALUE) {
      return sum(a, -b);
    }
    return switch (left) {
      case Number a when right instanceof Number b -> a.doubleValue() - b.doubleValue();
      case List<?> a when right instanceof List<?> b ->
          new ArrayList<Object>(
              a.stream()
                  .filter(
                      item -> b.stream().noneMatch(other -> QueryValues.compare(item, other) == 0))
                  .toList());
      case null, default -> throw cannot("subtract", left, right);
    };
  }

  private static Object product(Object left, Object right) {
    if (left instanceof Long a && right instanceof Long b) {
      long high = Math.multiplyHigh(a, b);
      long low = a * b;
      return (high == 0 && low >= 0) || (high == -1 && low < 0)
          ? (Object) low
          : (Object) ((double) a * (double) b);
    }
    return switch (left) {
      case Number a when right instanceof Number b -> a.doubleValue() * b.doubleValue();
      case String text when right instanceof Number count -> repeated(text, count);
      case Number count when right instanceof String text -> repeated(text, count);
      case Map<?, ?> a when right instanceof Map<?, ?> b -> merged(a, b);
      case null, default -> throw cannot("multiply", left, right);
    };
  }

  private static Object repeated(String text, Number count) {
    double times = count.doubleValue();
    if (times <= 0) {
      return "";
    }
    if (times * text.length() > LONGEST) {
      throw QueryFailure.value("the repeated text is longer than " + LONGEST);
    }
    return text.repeat((int) Math.max(1, times));
  }

  private static Map<String, Object> merged(Map<?, ?> a, Map<?, ?> b) {
    Map<String, Object> merged = new LinkedHashMap<>();
    a.forEach((key, value) -> merged.put((String) key, value));
    b.forEach(
        (key, value) -> {
          Object old = QueryValues.of(merged.get(key));
          merged.put(
              (String) key,
              old instanceof Map<?, ?> x && QueryValues.of(value) instanceof Map<?, ?> y
                  ? merged(x, y)
                  : value);
        });
    return merged;
  }

  private static Object quotient(Object left, Object right) {
    if (left instanceof String text && right instanceof String separator) {
      return QueryFunctions.split(text, separator);
    }
    if (!(left instanceof Number a) || !(right instanceof Number b)) {
      throw cannot("divide", left, right);
    }
    if (b.doubleValue() == 0) {
      throw QueryFailure.value("cannot divide " + QueryValues.described(left) + " by zero");
    }
    if (left instanceof Long x && right instanceof Long y && x % y == 0) {
      return x / y;
    }
    return a.doubleValue() / b.doubleValue();
  }

  private static Object remainder(Object left, Object right) {
    if (!(left instanceof Number a) || !(right instanceof Number b)) {
      throw cannot("modulo", left, right);
    }
    if (b.longValue() == 0) {
      throw QueryFailure.value("cannot modulo " + QueryValues.described(left) + " by zero");
    }
    return a.longValue() % Math.abs(b.longValue());
  }

  private static RuntimeException cannot(String verb, Object left, Object right) {
    return QueryFailure.value(
        "cannot "
            + verb
            + ": "
            + QueryValues.described(left)
            + " and "
            + QueryValues.described(right));
  }
}
