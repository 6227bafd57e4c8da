package io.kairos.formats.dotenv;

import java.util.LinkedHashMap;
import java.util.Map;

/** One pass over the text of an env file. */
final class DotEnvReader {
  private final String text;
  private final Map<String, String> found = new LinkedHashMap<>();
  private int at;

  DotEnvReader(String text) {
    this.text = text;
  }

  Map<String, String> read() {
    while (at < text.length()) {
      skipBlanks(true);
      if (at >= text.length()) {
        break;
      }
      if (text.charAt(at) == '#') {
        skipLine();
        continue;
      }
      if (text.startsWith("export", at) && at + 6 < text.length() && isBlank(text.charAt(at + 6))) {
        at += 6;
        skipBlanks(false);
      }
      int start = at;
      while (at < text.length() && isNamePart(text.charAt(at))) {
        at++;
      }
      String name = text.substring(start, at);
      skipBlanks(false);
      boolean assigns = at < text.length() && (text.charAt(at) == '=' || text.charAt(at) == ':');
      if (name.isEmpty() || !assigns) {
        skipLine();
        continue;
      }
      at++;
      skipBlanks(false);
      found.put(name, value());
    }
    return found;
  }

  private String value() {
    char quote = at < text.length() ? text.charAt(at) : '\n';
    if (quote == '"' || quote == '\'') {
      int end = at + 1;
      while (end < text.length() && text.charAt(end) != quote) {
        end += quote == '"' && text.charAt(end) == '\\' ? 2 : 1;
      }
      if (end < text.length()) {
        String inner = text.substring(at + 1, end);
        at = end + 1;
        skipLine();
        return quote == '\'' ? inner : expanded(inner, true);
      }
    }
    int end = text.indexOf('\n', at);
    String line = text.substring(at, end < 0 ? text.length() : end);
    at += line.length();
    for (int i = 1; i < line.length(); i++) {
      if (line.charAt(i) == '#' && isBlank(line.charAt(i - 1))) {
        line = line.substring(0, i);
      }
    }
    return expanded(line.strip(), false);
  }

  private String expanded(String raw, boolean escapes) {
    var out = new StringBuilder();
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '\\' && i + 1 < raw.length() && (escapes || raw.charAt(i + 1) == '$')) {
        char next = raw.charAt(++i);
        out.append(next == 'n' ? '\n' : next == 'r' ? '\r' : next);
      } else if (c == '$') {
        boolean braced = i + 1 < raw.length() && raw.charAt(i + 1) == '{';
        int start = i + (braced ? 2 : 1);
        int end = start;
        while (end < raw.length() && isNamePart(raw.charAt(end)) && raw.charAt(end) != '.') {
          end++;
        }
        if (end == start || (braced && (end >= raw.length() || raw.charAt(end) != '}'))) {
          out.append(c);
        } else {
          out.append(found.getOrDefault(raw.substring(start, end), ""));
          i = braced ? end : end - 1;
        }
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private void skipBlanks(boolean linesToo) {
    while (at < text.length()
        && (isBlank(text.charAt(at)) || (linesToo && text.charAt(at) == '\n'))) {
      at++;
    }
  }

  private void skipLine() {
    int end = text.indexOf('\n', at);
    at = end < 0 ? text.length() : end + 1;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '.';
  }
}
