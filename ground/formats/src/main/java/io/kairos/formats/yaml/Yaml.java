package io.kairos.formats.yaml;

import io.kairos.base.InvalidConfig;

/** Reads and writes documents. */
public final class Yaml {
  private Yaml() {}

  /**
   * The first document of a text. Aliases and merge keys are resolved. An empty document is null.
   *
   * @param source what messages call the text: a path, a URL, or a word such as {@code cmdline}
   * @throws InvalidConfig when it is no YAML, a key stands twice in a mapping, or aliases expand
   *     beyond all measure
   */
  public static YamlNode parse(String text, String source) {
    return new YamlReader(source).read(text);
  }

  /**
   * In yaml.v3's layout: indented by four, keys in natural order, no folded lines. Reading the
   * result gives the same values.
   */
  public static String emit(YamlNode node) {
    return new YamlWriter(4).write(node);
  }

  /** A scalar as it may stand inside brackets, on one line. */
  public static String flow(YamlScalar scalar) {
    String text = scalar.asText();
    boolean quotes = text.chars().anyMatch(c -> ",[]{}".indexOf(c) >= 0);
    return quotes ? ScalarStyle.quoted(text) : ScalarStyle.key(text);
  }
}
