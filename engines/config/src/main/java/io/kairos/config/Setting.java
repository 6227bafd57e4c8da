package io.kairos.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The declaration of one setting, as {@link Section} heard it.
 *
 * @param key in its section
 * @param kind shape of its value
 * @param meaning for the reference page
 * @param standard value when it is absent
 * @param words when only these are allowed
 * @param children of a section, or of each section in a list
 */
public record Setting(
    String key,
    Kind kind,
    String meaning,
    Optional<String> standard,
    List<String> words,
    List<Setting> children) {
  /** Shapes of values. */
  public enum Kind {
    FLAG("true or false"),
    NUMBER("a number"),
    TEXT("a text"),
    TEXTS("a list of texts"),
    TEXT_MAP("a map of texts"),
    SECTION("a map"),
    SECTIONS("a list of maps"),
    SECTION_MAP("a map of maps"),
    ANYTHING("anything");

    private final String name;

    Kind(String name) {
      this.name = name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  public Setting {
    words = List.copyOf(words);
    children = List.copyOf(children);
  }

  /** What a reader of sections declares. */
  public static List<Setting> declaredBy(Function<Section, ?> reader) {
    return Section.describe(reader);
  }

  /** JSON schema (draft 2020-12) of a section with these settings, as a tree. */
  public static Map<String, Object> schema(List<Setting> settings) {
    Map<String, Object> properties = new LinkedHashMap<>();
    settings.stream()
        .sorted((a, b) -> a.key().compareTo(b.key()))
        .forEach(setting -> properties.put(setting.key(), setting.schema()));
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    return schema;
  }

  private Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("description", meaning);
    switch (kind) {
      case FLAG -> schema.put("type", "boolean");
      case NUMBER -> schema.put("type", "integer");
      case TEXT -> schema.put("type", "string");
      case TEXTS -> {
        schema.put("type", "array");
        schema.put("items", Map.of("type", "string"));
      }
      case TEXT_MAP -> {
        schema.put("type", "object");
        schema.put("additionalProperties", Map.of("type", "string"));
      }
      case SECTION -> schema.putAll(schema(children));
      case SECTIONS -> {
        schema.put("type", "array");
        schema.put("items", schema(children));
      }
      case SECTION_MAP -> {
        schema.put("type", "object");
        schema.put("additionalProperties", schema(children));
      }
      case ANYTHING -> {}
    }
    if (!words.isEmpty()) {
      schema.put("enum", words);
    }
    standard.ifPresent(text -> schema.put("default", text));
    return schema;
  }

  /** The reference page of these settings: one Markdown table, children behind their parents. */
  public static String page(List<Setting> settings) {
    var text = new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
    rows("", settings).forEach(row -> text.append(row).append('\n'));
    return text.toString();
  }

  private static List<String> rows(String prefix, List<Setting> settings) {
    List<String> rows = new ArrayList<>();
    for (Setting setting : settings) {
      String value =
          setting.words.isEmpty() ? setting.kind.toString() : String.join(", ", setting.words);
      rows.add(
          "| `%s%s` | %s | %s | %s |"
              .formatted(
                  prefix, setting.key, value, setting.standard.orElse("–"), setting.meaning));
      String inner =
          switch (setting.kind) {
            case SECTIONS -> "[].";
            case SECTION_MAP -> ".*.";
            default -> ".";
          };
      rows.addAll(rows(prefix + setting.key + inner, setting.children));
    }
    return rows;
  }
}
