package io.kairos.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 * @param keywords of JSON schema besides those that the rest implies
 */
public record Setting(
    String key,
    Kind kind,
    String meaning,
    Optional<String> standard,
    List<String> words,
    List<Setting> children,
    Map<String, Object> keywords) {
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
    SECTION_LISTS("a map of lists of maps"),
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

  /** Marks, among the keywords, a setting that has to be there; a schema tells it elsewhere. */
  static final String REQUIRED = "required";

  public Setting {
    words = List.copyOf(words);
    children = List.copyOf(children);
    keywords = Map.copyOf(keywords);
  }

  static Setting of(
      String key, Kind kind, String meaning, List<String> words, List<Setting> children) {
    return new Setting(key, kind, meaning, Optional.empty(), words, children, Map.of());
  }

  boolean isRequired() {
    return keywords.containsKey(REQUIRED);
  }

  Setting withStandard(String text) {
    return new Setting(
        key,
        kind,
        meaning,
        Optional.of(text).filter(shown -> !shown.isEmpty()),
        words,
        children,
        keywords);
  }

  Setting with(String keyword, Object value) {
    Map<String, Object> more = new TreeMap<>(keywords);
    more.put(keyword, value);
    return new Setting(key, kind, meaning, standard, words, children, more);
  }

  /** What a reader of sections declares. */
  public static List<Setting> declaredBy(Function<Section, ?> reader) {
    return Section.describe(reader);
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
            case SECTION_LISTS -> ".*[].";
            default -> ".";
          };
      rows.addAll(rows(prefix + setting.key + inner, setting.children));
    }
    return rows;
  }
}
