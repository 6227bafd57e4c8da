package io.kairos.formats.json;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Position;
import io.kairos.base.Problem;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;

/**
 * Reads and writes JSON text. A tree consists of {@code Map<String, Object>} in the order of the
 * text, {@code List<Object>}, {@code String}, {@code Long}, {@code BigInteger}, {@code BigDecimal},
 * {@code Boolean}, and {@code null}.
 */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Two spaces, {@code "name": value}, a line feed on every machine. */
  private static final PrettyPrinter PRETTY = prettyPrinter("  ");

  private Json() {}

  /**
   * @param source what errors call this text, for example its path
   * @throws InvalidConfig with line and column of the first thing that is no JSON
   */
  public static Object parse(String source, String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw invalid(source, 1, 1, "no JSON value in an empty text");
      }
      Object tree = value(parser, first);
      if (parser.nextToken() != null) {
        var at = parser.currentTokenLocation();
        throw invalid(
            source, at.getLineNr(), at.getColumnNr(), "text goes on after the end of the value");
      }
      return tree;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      int line = at == null ? 0 : at.getLineNr();
      int column = at == null ? 0 : at.getColumnNr();
      throw invalid(source, line, column, e.getOriginalMessage());
    }
  }

  /** As {@link #parse(String, String)}; octets that are no UTF-8 are an error too. */
  public static Object parse(String source, byte[] utf8) {
    try {
      return parse(
          source, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new InvalidConfig(Problem.at(Position.ofSource(source), "not UTF-8 text"));
    }
  }

  /** As {@link #parse(String, byte[])}, for a text that has to be an object. */
  public static JsonObject parseObject(String source, byte[] utf8) {
    return JsonObject.of(source, parse(source, utf8));
  }

  /** One line without spaces and without a line end. */
  public static String write(Object tree) {
    return write(tree, ObjectWriteContext.empty());
  }

  /** Indented by two, with a line end, for files that people read. */
  public static String pretty(Object tree) {
    return pretty(tree, PRETTY);
  }

  /** As {@link #pretty(Object)}, indented by other blanks. */
  public static String pretty(Object tree, String indentation) {
    return pretty(tree, prettyPrinter(indentation));
  }

  private static String pretty(Object tree, PrettyPrinter printer) {
    var context =
        new ObjectWriteContext.Base() {
          @Override
          public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter((DefaultPrettyPrinter) printer);
          }

          @Override
          public boolean hasPrettyPrinter() {
            return true;
          }
        };
    return write(tree, context) + "\n";
  }

  private static String write(Object tree, ObjectWriteContext context) {
    var out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(context, out)) {
      write(generator, tree);
    }
    return out.toString();
  }

  private static PrettyPrinter prettyPrinter(String indentation) {
    var indenter = new DefaultIndenter(indentation, "\n");
    var separators =
        Separators.createDefaultInstance()
            .withObjectNameValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    return new DefaultPrettyPrinter(separators)
        .withObjectIndenter(indenter)
        .withArrayIndenter(indenter);
  }

  private static Object value(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalStateException("no value starts with " + token);
    };
  }

  private static Object integer(JsonParser parser) {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? parser.getBigIntegerValue()
        : (Object) parser.getLongValue();
  }

  private static Map<String, Object> object(JsonParser parser) {
    var members = new LinkedHashMap<String, Object>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      members.put(name, value(parser, parser.nextToken()));
    }
    return members;
  }

  private static List<Object> array(JsonParser parser) {
    var items = new ArrayList<>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      items.add(value(parser, token));
    }
    return items;
  }

  private static void write(JsonGenerator out, Object tree) {
    switch (tree) {
      case null -> out.writeNull();
      case JsonObject object -> write(out, object.members());
      case Map<?, ?> map -> {
        out.writeStartObject();
        ordered(map)
            .forEach(
                (name, member) -> {
                  out.writeName((String) name);
                  write(out, member);
                });
        out.writeEndObject();
      }
      case Collection<?> items -> {
        out.writeStartArray();
        items.forEach(item -> write(out, item));
        out.writeEndArray();
      }
      case Optional<?> optional -> write(out, optional.orElse(null));
      case Boolean flag -> out.writeBoolean(flag);
      case BigInteger number -> out.writeNumber(number);
      case BigDecimal number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case Number number -> out.writeNumber(number.longValue());
      case CharSequence text -> out.writeString(text.toString());
      default -> throw new IllegalArgumentException("no JSON for a " + tree.getClass().getName());
    }
  }

  /** Maps without an order of their own are sorted, so that equal trees give equal text. */
  private static Map<?, ?> ordered(Map<?, ?> map) {
    return map instanceof SequencedMap<?, ?> ? map : new TreeMap<>(map);
  }

  private static InvalidConfig invalid(String source, int line, int column, String what) {
    return new InvalidConfig(Problem.at(new Position(source, line, column), what));
  }
}
