package io.kairos.formats.gotemplate;

import java.util.ArrayList;
import java.util.List;

/** Cuts a template into tokens; {@code {{- } and {@code -}}} trim the text beside them. */
final class Lexer {
  private final String input;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  private Lexer(String input) {
    this.input = input;
  }

  static List<Token> tokens(String input) {
    var lexer = new Lexer(input);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    boolean trimsNext = false;
    while (true) {
      int open = input.indexOf("{{", at);
      int end = open < 0 ? input.length() : open;
      String text = input.substring(at, end);
      String kept = trimsNext ? text.stripLeading() : text;
      boolean trims = open >= 0 && input.startsWith("-", open + 2) && isBlankAt(open + 3);
      if (trims) {
        kept = kept.stripTrailing();
      }
      if (!kept.isEmpty()) {
        add(Token.Kind.TEXT, kept, false);
      }
      countLines(text);
      if (open < 0) {
        add(Token.Kind.END, "", false);
        return;
      }
      at = open + (trims ? 4 : 2);
      if (trims && input.charAt(open + 3) == '\n') {
        line++;
      }
      trimsNext = isComment() ? comment() : action();
    }
  }

  private boolean isComment() {
    return input.startsWith("/*", at);
  }

  private boolean comment() {
    int end = input.indexOf("*/", at);
    if (end < 0) {
      throw Failure.parse("unclosed comment", line);
    }
    countLines(input.substring(at, end));
    at = end + 2;
    boolean trims = closesTrimming();
    if (!trims && !input.startsWith("}}", at)) {
      throw Failure.parse("comment ends before closing delimiter", line);
    }
    at += trims ? 4 : 2;
    return trims;
  }

  /** Whether {@code -}}} stands here, with its blank. */
  private boolean closesTrimming() {
    return isBlankAt(at) && input.startsWith("-}}", at + 1);
  }

  private boolean action() {
    add(Token.Kind.OPEN, "{{", false);
    while (true) {
      if (at >= input.length()) {
        throw Failure.parse("unclosed action", line);
      }
      boolean spaced = false;
      while (isBlankAt(at)) {
        if (closesTrimming()) {
          at += 4;
          add(Token.Kind.CLOSE, "}}", true);
          return true;
        }
        if (input.charAt(at) == '\n') {
          line++;
        }
        at++;
        spaced = true;
      }
      if (at >= input.length()) {
        throw Failure.parse("unclosed action", line);
      }
      if (input.startsWith("}}", at)) {
        at += 2;
        add(Token.Kind.CLOSE, "}}", spaced);
        return false;
      }
      token(spaced);
    }
  }

  private void token(boolean spaced) {
    char c = input.charAt(at);
    switch (c) {
      case '"' -> add(Token.Kind.STRING, quoted('"'), spaced);
      case '\'' -> add(Token.Kind.CHARACTER, quoted('\''), spaced);
      case '`' -> raw(spaced);
      case '|', '(', ')', ',' -> symbol(1, spaced);
      case '=' -> symbol(1, spaced);
      case ':' -> {
        if (!input.startsWith(":=", at)) {
          throw Failure.parse("expected :=", line);
        }
        symbol(2, spaced);
      }
      case '.' -> {
        if (isDigitAt(at + 1)) {
          if (!spaced && tokens.getLast().isOperand()) {
            throw Failure.parse("unexpected '.' before a digit", line);
          }
          number(spaced);
        } else {
          at++;
          add(Token.Kind.FIELD, name(), spaced);
        }
      }
      case '$' -> {
        at++;
        add(Token.Kind.VARIABLE, "$" + name(), spaced);
      }
      default -> {
        if (isDigitAt(at)
            || ((c == '-' || c == '+') && (isDigitAt(at + 1) || isDotDigit(at + 1)))) {
          number(spaced);
        } else if (isNamePart(c)) {
          add(Token.Kind.WORD, name(), spaced);
        } else {
          throw Failure.parse("unexpected '" + c + "' in command", line);
        }
      }
    }
  }

  private void symbol(int length, boolean spaced) {
    add(Token.Kind.SYMBOL, input.substring(at, at + length), spaced);
    at += length;
  }

  private void number(boolean spaced) {
    int start = at++;
    while (at < input.length()
        && (isNamePart(input.charAt(at))
            || input.charAt(at) == '.'
            || ((input.charAt(at) == '-' || input.charAt(at) == '+')
                && Character.toLowerCase(input.charAt(at - 1)) == 'e'))) {
      at++;
    }
    add(Token.Kind.NUMBER, input.substring(start, at), spaced);
  }

  private void raw(boolean spaced) {
    int end = input.indexOf('`', at + 1);
    if (end < 0) {
      throw Failure.parse("unterminated raw quoted string", line);
    }
    String content = input.substring(at + 1, end);
    add(Token.Kind.STRING, content, spaced);
    countLines(content);
    at = end + 1;
  }

  private String quoted(char quote) {
    var out = new StringBuilder();
    for (int i = at + 1; i < input.length(); i++) {
      char c = input.charAt(i);
      if (c == quote) {
        at = i + 1;
        return out.toString();
      }
      if (c == '\n') {
        break;
      }
      if (c != '\\' || i + 1 == input.length()) {
        out.append(c);
        continue;
      }
      char escape = input.charAt(++i);
      int digits =
          switch (escape) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
          };
      if (digits > 0) {
        out.appendCodePoint(code(i + 1, digits));
        i += digits;
        continue;
      }
      out.append(
          switch (escape) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'a' -> '\u0007';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'v' -> '\u000b';
            case '\\', '"', '\'' -> escape;
            default -> throw Failure.parse("unknown escape \\" + escape, line);
          });
    }
    throw Failure.parse("unterminated quoted string", line);
  }

  private int code(int start, int digits) {
    try {
      int code = Integer.parseInt(input.substring(start, start + digits), 16);
      if (Character.isValidCodePoint(code)) {
        return code;
      }
    } catch (NumberFormatException | StringIndexOutOfBoundsException malformed) {
      // falls through to the one failure
    }
    throw Failure.parse("malformed escape in a string", line);
  }

  private String name() {
    int start = at;
    while (at < input.length() && isNamePart(input.charAt(at))) {
      at++;
    }
    return input.substring(start, at);
  }

  private static boolean isNamePart(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private boolean isDigitAt(int index) {
    return index < input.length() && input.charAt(index) >= '0' && input.charAt(index) <= '9';
  }

  private boolean isDotDigit(int index) {
    return index < input.length() && input.charAt(index) == '.' && isDigitAt(index + 1);
  }

  private boolean isBlankAt(int index) {
    return index < input.length() && " \t\r\n".indexOf(input.charAt(index)) >= 0;
  }

  private void countLines(String text) {
    for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      line++;
    }
  }

  private void add(Token.Kind kind, String text, boolean spaced) {
    tokens.add(new Token(kind, text, line, spaced));
  }
}
