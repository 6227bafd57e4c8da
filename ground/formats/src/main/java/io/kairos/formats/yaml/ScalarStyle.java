package io.kairos.formats.yaml;

/** How yaml.v3's emitter quotes a text. */
enum ScalarStyle {
  PLAIN,
  SINGLE,
  DOUBLE,
  LITERAL;

  static ScalarStyle of(String text) {
    if (text.isEmpty()) {
      return DOUBLE; // plain, it would be null
    }
    boolean multiline = text.indexOf('\n') >= 0;
    ScalarStyle wanted = multiline ? LITERAL : isText(text) ? PLAIN : DOUBLE;
    var shape = Shape.of(text);
    return switch (wanted) {
      case LITERAL -> shape.literal ? LITERAL : DOUBLE;
      case PLAIN -> shape.plain ? PLAIN : shape.single ? SINGLE : DOUBLE;
      default -> DOUBLE;
    };
  }

  /** A key in its place before a colon. */
  static String key(String text) {
    return switch (of(text)) {
      case PLAIN -> text;
      case SINGLE -> single(text);
      default -> quoted(text);
    };
  }

  static String single(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case 0 -> out.append("\\0");
                case 7 -> out.append("\\a");
                case 8 -> out.append("\\b");
                case 9 -> out.append("\\t");
                case 10 -> out.append("\\n");
                case 11 -> out.append("\\v");
                case 12 -> out.append("\\f");
                case 13 -> out.append("\\r");
                case 27 -> out.append("\\e");
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case 0x85 -> out.append("\\N");
                default -> {
                  if (isPrintable(c)) {
                    out.appendCodePoint(c);
                  } else if (c <= 0xFF) {
                    out.append(String.format("\\x%02X", c));
                  } else if (c <= 0xFFFF) {
                    out.append(String.format("\\u%04X", c));
                  } else {
                    out.append(String.format("\\U%08X", c));
                  }
                }
              }
            });
    return out.append('"').toString();
  }

  /** Whether it stays a text when written plain, for readers of YAML 1.1 too. */
  private static boolean isText(String text) {
    return ScalarResolver.kindOf(text) == YamlScalar.Kind.TEXT
        && !text.equals("<<")
        && !ScalarResolver.isOldTrue(text)
        && !ScalarResolver.isOldFalse(text)
        && !isBase60(text);
  }

  /** {@code 12:30:45}, a number in YAML 1.1. */
  private static boolean isBase60(String text) {
    int start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    if (start == text.length() || !Character.isDigit(text.charAt(start))) {
      return false;
    }
    boolean colon = false;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      colon |= c == ':';
      if ((c < '0' || c > '9') && c != ':' && c != '_' && c != '.') {
        return false;
      }
    }
    return colon;
  }

  private static boolean isPrintable(int c) {
    return (c >= 0x20 && c <= 0x7E)
        || (c >= 0xA0 && c < 0xD800 && c != 0x2028 && c != 0x2029)
        || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF);
  }

  /** What the characters of a text rule out, as libyaml's {@code analyze_scalar} decides it. */
  private record Shape(boolean plain, boolean single, boolean literal) {
    static Shape of(String text) {
      boolean indicators = text.startsWith("---") || text.startsWith("...");
      boolean special = false;
      boolean tabs = false;
      boolean breakSpace = false;
      boolean spaceBreak = false;
      char previous = '\n';
      for (int i = 0; i < text.length(); ) {
        int c = text.codePointAt(i);
        int next = i + Character.charCount(c);
        boolean spaceFollows =
            next >= text.length() || text.charAt(next) == ' ' || text.charAt(next) == '\t';
        indicators |=
            switch (c) {
              case ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`' ->
                  i == 0;
              case '#' -> i == 0 || isBlank(previous);
              case '?', '-' -> i == 0 && spaceFollows;
              case ':' -> spaceFollows;
              default -> false;
            };
        tabs |= c == '\t';
        special |= c != '\n' && c != '\t' && !isPrintable(c);
        breakSpace |= c == ' ' && previous == '\n' && i > 0;
        spaceBreak |= c == '\n' && previous == ' ' && i > 0;
        previous = (char) c;
        i = next;
      }
      char first = text.charAt(0);
      char last = text.charAt(text.length() - 1);
      boolean ends = first == ' ' || first == '\n' || last == ' ' || last == '\n';
      boolean lines = text.indexOf('\n') >= 0;
      boolean odd = spaceBreak || tabs || special || breakSpace;
      return new Shape(
          !indicators && !ends && !lines && !odd, !odd, last != ' ' && !spaceBreak && !special);
    }

    private static boolean isBlank(char c) {
      return c == ' ' || c == '\t' || c == '\n';
    }
  }
}
