package io.kairos.agent.state;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Values as Go's fmt prints them with {@code %v} after a trip through JSON, where every number is a
 * float64. Scripts compare with these texts.
 */
final class GoText {
  private GoText() {}

  static String of(Object value) {
    return switch (value) {
      case null -> "<nil>";
      case String text -> text;
      case Boolean flag -> flag.toString();
      case Number number -> number(number.doubleValue());
      case List<?> list -> list.stream().map(GoText::of).collect(Collectors.joining(" ", "[", "]"));
      case Map<?, ?> map ->
          new TreeMap<>(map)
              .entrySet().stream()
                  .map(entry -> entry.getKey() + ":" + of(entry.getValue()))
                  .collect(Collectors.joining(" ", "map[", "]"));
      default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
    };
  }

  /** strconv.FormatFloat(v, 'g', -1, 64): the fewest digits, and an exponent from 1e+06 on. */
  private static String number(double value) {
    if (value == 0) {
      return "0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 6) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return (value < 0 ? "-" : "")
        + mantissa
        + String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
