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
    if (value == null) {
      return new YamlScalar("null", YamlScalar.Kind.NULL, position);
    }
    if (value instanceof YamlNode node) {
      return node;
    }
    if (value instanceof String text) {
      return YamlScalar.text(text, position);
    }
    if (value instanceof Boolean flag) {
      return new YamlScalar(flag.toString(), YamlScalar.Kind.BOOL, position);
    }
    if (value instanceof Double || value instanceof Float) {
      String digits = spelled(((Number) value).doubleValue());
      return new YamlScalar(digits, YamlScalar.Kind.FLOAT, position);
    }
    if (value instanceof Number number) {
      return new YamlScalar(number.toString(), YamlScalar.Kind.INTEGER, position);
    }
    if (value instanceof Map<?, ?> map) {
      var entries = new ArrayList<YamlMap.Entry>();
      map.forEach(
          (key, item) ->
              entries.add(new YamlMap.Entry(String.valueOf(key), position, of(item, position))));
      return new YamlMap(entries, position);
    }
    if (value instanceof Iterable<?> list) {
      var items = new ArrayList<YamlNode>();
      list.forEach(item -> items.add(of(item, position)));
      return new YamlList(items, position);
    }
    return YamlScalar.text(value.toString(), position);
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
