package io.kairos.formats.yaml;

import java.util.List;

/** Writes the layout of yaml.v3's emitter. One use. */
final class YamlWriter {
  private final int best;
  private final StringBuilder out = new StringBuilder();

  YamlWriter(int indent) {
    this.best = indent;
  }

  String write(YamlNode node) {
    switch (node) {
      case YamlMap map when !map.isEmpty() -> map(map, 0, true);
      case YamlList list when !list.items().isEmpty() -> list(list, 0, true);
      default -> {
        inline(node, 0);
        out.append('\n');
      }
    }
    return out.toString();
  }

  /** Indentation inside a mapping: the next multiple of the step. */
  private int deeper(int indent) {
    return best * ((indent + best) / best);
  }

  /**
   * @param atStart whether the line is already indented, at its beginning or behind a dash
   */
  private void map(YamlMap map, int indent, boolean atStart) {
    boolean first = atStart;
    List<YamlMap.Entry> sorted =
        map.entries().stream()
            .sorted((a, b) -> NaturalOrder.KEYS.compare(a.key(), b.key()))
            .toList();
    for (YamlMap.Entry entry : sorted) {
      indent(first ? 0 : indent);
      first = false;
      out.append(ScalarStyle.key(entry.key())).append(':');
      switch (entry.value()) {
        case YamlMap inner when !inner.isEmpty() -> {
          out.append('\n');
          map(inner, deeper(indent), false);
        }
        case YamlList inner when !inner.items().isEmpty() -> {
          out.append('\n');
          list(inner, deeper(indent), false);
        }
        default -> {
          out.append(' ');
          inline(entry.value(), indent);
          out.append('\n');
        }
      }
    }
  }

  private void list(YamlList list, int indent, boolean atStart) {
    boolean first = atStart;
    for (YamlNode item : list.items()) {
      indent(first ? 0 : indent);
      first = false;
      out.append("- ");
      switch (item) {
        case YamlMap inner when !inner.isEmpty() -> map(inner, indent + 2, true);
        case YamlList inner when !inner.items().isEmpty() -> list(inner, indent + 2, true);
        default -> {
          inlineItem(item, indent);
          out.append('\n');
        }
      }
    }
  }

  private void inlineItem(YamlNode node, int dash) {
    scalar(node, dash, dash + 2);
  }

  private void inline(YamlNode node, int key) {
    scalar(node, key, deeper(key));
  }

  /**
   * @param parent column of the key or the dash before it
   * @param indent column of the lines of a block scalar
   */
  private void scalar(YamlNode node, int parent, int indent) {
    switch (node) {
      case YamlMap map -> out.append("{}");
      case YamlList list -> out.append("[]");
      case YamlScalar scalar -> {
        switch (scalar.kind()) {
          case NULL -> out.append("null");
          case BOOL -> out.append(scalar.asFlag().orElseThrow());
          case INTEGER, FLOAT, TIMESTAMP -> out.append(scalar.text());
          case TEXT -> text(scalar.text(), parent, indent);
        }
      }
    }
  }

  private void text(String text, int parent, int indent) {
    switch (ScalarStyle.of(text)) {
      case PLAIN -> out.append(text);
      case SINGLE -> out.append(ScalarStyle.single(text));
      case DOUBLE -> out.append(ScalarStyle.quoted(text));
      case LITERAL -> literal(text, parent, indent);
    }
  }

  private void literal(String text, int parent, int indent) {
    out.append('|');
    if (text.charAt(0) == ' ' || text.charAt(0) == '\n') {
      // yaml.v3 always says 4 here and cannot read back what it wrote inside lists
      out.append(indent - parent);
    }
    if (!text.endsWith("\n")) {
      out.append('-');
    } else if (text.length() == 1 || text.charAt(text.length() - 2) == '\n') {
      out.append('+');
    }
    String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    for (String line : body.split("\n", -1)) {
      out.append('\n');
      if (!line.isEmpty()) {
        indent(indent).append(line);
      }
    }
  }

  private StringBuilder indent(int count) {
    return out.append(" ".repeat(count));
  }
}
