package io.kairos.formats.gotemplate;

import io.kairos.formats.gofmt.GoText;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What Go knows about a value: whether it is true, how it prints, how it compares. */
final class Values {
  private Values() {}

  /** Computes what is lazy and gives numbers their one type. */
  static Object of(Object value) {
    return switch (value) {
      case Supplier<?> lazy -> of(lazy.get());
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case Float number -> number.doubleValue();
      case null, default -> value;
    };
  }

  static boolean isTrue(Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case Long number -> number != 0;
      case Double number -> number != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  static String typeOf(Object value) {
    return switch (value) {
      case null -> "nil";
      case Boolean flag -> "bool";
      case Long number -> "int";
      case Double number -> "float64";
      case String text -> "string";
      case GoTime time -> "time.Time";
      case Version version -> "*semver.Version";
      case List<?> list -> "[]interface {}";
      case Map<?, ?> map -> "map[string]interface {}";
      default -> value.getClass().getSimpleName();
    };
  }

  /** As an action prints it. */
  static String printed(Object value) {
    return value == null ? "<no value>" : shown(value);
  }

  /** As {@code %v} prints it. */
  static String shown(Object raw) {
    return GoText.of(of(raw));
  }

  static String floating(double number) {
    return GoText.floating(number);
  }

  /** Numbers of two kinds do not compare in Go, nor do lists and maps. */
  static boolean areEqual(Object a, Object b) {
    if (isContainer(a) || isContainer(b)) {
      throw Failure.execute("non-comparable type " + typeOf(isContainer(a) ? a : b));
    }
    if (a != null && b != null && a.getClass() != b.getClass()) {
      throw Failure.execute("incompatible types for comparison");
    }
    return Objects.equals(a, b);
  }

  private static boolean isContainer(Object value) {
    return value instanceof List<?> || value instanceof Map<?, ?>;
  }

  static int compare(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    if (a instanceof Double x && b instanceof Double y) {
      return Double.compare(x, y);
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    throw Failure.execute("incompatible types for comparison");
  }
}
