package io.kairos.formats.yaml;

import io.kairos.base.Position;
import io.kairos.formats.gofmt.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A value of a document, with the place where it was written. */
public sealed interface YamlNode permits YamlMap, YamlList, YamlScalar {
  /** Where the value begins. */
  Position position();

  /**
   * The value without its position: {@code null}, {@link Boolean}, {@link Long}, {@link Double},
   * {@link String}, {@link List} or {@link Map}.
   */
  Object value();

  /** What a message calls it: {@code a list}, {@code the text "x"}. */
  String described();

  /** Whether both mean the same, wherever and however they were written. */
  default boolean sameAs(YamlNode other) {
    return Objects.equals(value(), other.value());
  }

  default boolean isNull() {
    return this instanceof YamlScalar scalar && scalar.kind() == YamlScalar.Kind.NULL;
  }

  /**
   * A node that no user wrote.
   *
   * @param value {@code null}, boolean, integer, float, text, {@link Iterable}, {@link Map}, or a
   *     node
   * @param position named as its origin
   */
  static YamlNode of(Object value, Position position) {
    return switch (value) {
      case null -> new YamlScalar("null", YamlScalar.Kind.NULL, position);
      case YamlNode node -> node;
      case Boolean flag -> new YamlScalar(flag.toString(), YamlScalar.Kind.BOOL, position);
      case Double number -> new YamlScalar(spelled(number), YamlScalar.Kind.FLOAT, position);
      case Float number ->
          new YamlScalar(spelled(number.doubleValue()), YamlScalar.Kind.FLOAT, position);
      case Number number -> new YamlScalar(number.toString(), YamlScalar.Kind.INTEGER, position);
      case Map<?, ?> map -> {
        var entries = new ArrayList<YamlMap.Entry>();
        map.forEach(
            (key, item) ->
                entries.add(new YamlMap.Entry(String.valueOf(key), position, of(item, position))));
        yield new YamlMap(entries, position);
      }
      case Iterable<?> list -> {
        var items = new ArrayList<YamlNode>();
        list.forEach(item -> items.add(of(item, position)));
        yield new YamlList(items, position);
      }
      default -> YamlScalar.text(value.toString(), position);
    };
  }

  static YamlNode of(Object value) {
    return of(value, Position.ofSource("built-in"));
  }

  private static String spelled(double number) {
    if (Double.isNaN(number)) {
      return ".nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? ".inf" : "-.inf";
    }
    return GoText.floating(number);
  }
}
