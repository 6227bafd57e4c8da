package io.kairos.formats.gofmt;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Values as {@code %v} prints them. */
public final class GoText {
  private GoText() {}

  /**
   * @param value {@code null}, boolean, number, text, list or map; a {@link Supplier} of one of
   *     them
   */
  public static String of(Object value) {
    return switch (value) {
      case null -> "<nil>";
      case Supplier<?> lazy -> of(lazy.get());
      case Double number -> floating(number);
      case Float number -> floating(number.doubleValue());
      case List<?> list -> {
        var out = new StringBuilder("[");
        for (Object item : list) {
          out.append(out.length() > 1 ? " " : "").append(of(item));
        }
        yield out.append(']').toString();
      }
      case Map<?, ?> map -> {
        var sorted = new TreeMap<String, Object>();
        map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
        var out = new StringBuilder("map[");
        sorted.forEach(
            (key, item) ->
                out.append(out.length() > 4 ? " " : "").append(key).append(':').append(of(item)));
        yield out.append(']').toString();
      }
      default -> value.toString();
    };
  }

  /** The same after a trip through JSON, on which every number becomes a float64. */
  public static String ofJson(Object value) {
    return of(withFloats(value));
  }

  private static Object withFloats(Object value) {
    return switch (value) {
      case Supplier<?> lazy -> withFloats(lazy.get());
      case Number number -> number.doubleValue();
      case List<?> list -> list.stream().map(GoText::withFloats).toList();
      case Map<?, ?> map -> {
        var floats = new TreeMap<String, Object>();
        map.forEach((key, item) -> floats.put(String.valueOf(key), withFloats(item)));
        yield floats;
      }
      case null, default -> value;
    };
  }

  /** {@code %g}: shortest digits, with an exponent below 1e-4 and from 1e6 up. */
  public static String floating(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "+Inf" : "-Inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0" : "0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= -4 && exponent < 6) {
      return exact.toPlainString();
    }
    String digits = exact.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + "e"
        + (exponent < 0 ? "-" : "+")
        + size;
  }
}
