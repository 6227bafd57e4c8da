package io.kairos.formats.yaml;

import io.kairos.base.Position;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A single value.
 *
 * @param text as it was written, without quotes: {@code 0644} and {@code 1.50} keep their shape
 * @param kind what it is when nobody says what it should be
 */
public record YamlScalar(String text, Kind kind, Position position) implements YamlNode {
  /** The kinds that yaml.v3 tells apart. */
  public enum Kind {
    NULL("null"),
    BOOL("a boolean"),
    INTEGER("a number"),
    FLOAT("a number"),
    TIMESTAMP("a date"),
    TEXT("a text");

    private final String name;

    Kind(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  public static YamlScalar text(String text, Position position) {
    return new YamlScalar(text, Kind.TEXT, position);
  }

  /** What a plain scalar of this spelling is. */
  public static YamlScalar plain(String text, Position position) {
    return new YamlScalar(text, ScalarResolver.kindOf(text), position);
  }

  /** Any scalar where a text is wanted: its spelling; null is the empty text. */
  public String asText() {
    return kind == Kind.NULL ? "" : text;
  }

  /** Where a boolean is wanted, the words of YAML 1.1 count too, quoted or not. */
  public Optional<Boolean> asFlag() {
    return switch (kind) {
      case BOOL -> Optional.of(text.equalsIgnoreCase("true"));
      case TEXT ->
          ScalarResolver.isOldTrue(text)
              ? Optional.of(true)
              : ScalarResolver.isOldFalse(text) ? Optional.of(false) : Optional.empty();
      default -> Optional.empty();
    };
  }

  /**
   * Where an integer is wanted: {@code 0644} is octal, {@code 10.0} is 10, a quoted text is none.
   */
  public OptionalLong asInteger() {
    return switch (kind) {
      case INTEGER -> ScalarResolver.integer(text);
      case FLOAT -> {
        double number = ScalarResolver.floating(text);
        yield number == Math.rint(number) && Math.abs(number) < 1L << 53
            ? OptionalLong.of((long) number)
            : OptionalLong.empty();
      }
      default -> OptionalLong.empty();
    };
  }

  @Override
  public Object value() {
    return switch (kind) {
      case NULL -> null;
      case BOOL -> text.equalsIgnoreCase("true");
      case INTEGER -> ScalarResolver.integer(text).orElseThrow();
      case FLOAT -> ScalarResolver.floating(text);
      case TIMESTAMP, TEXT -> text;
    };
  }

  @Override
  public String described() {
    return switch (kind) {
      case NULL -> "nothing";
      case TEXT -> "the text \"" + shortened() + "\"";
      default -> kind + " (" + shortened() + ")";
    };
  }

  private String shortened() {
    String line = text.indexOf('\n') < 0 ? text : text.substring(0, text.indexOf('\n')) + "…";
    return line.length() <= 40 ? line : line.substring(0, 39) + "…";
  }
}
