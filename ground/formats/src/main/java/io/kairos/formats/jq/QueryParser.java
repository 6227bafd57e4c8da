package io.kairos.formats.jq;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Recursive descent over the characters; weaker operators first. */
final class QueryParser {
  private static final int DEEPEST = 200;
  private static final Set<String> WORDS =
      Set.of("then", "elif", "else", "end", "as", "and", "or", "reduce", "if", "foreach", "def");

  private final String query;
  private int at;
  private int depth;

  QueryParser(String query) {
    this.query = query;
  }

  Filter parse() {
    Filter filter = pipe();
    blanks();
    if (at < query.length()) {
      throw wrong("unexpected '" + query.charAt(at) + "'");
    }
    return filter;
  }

  private Filter pipe() {
    deeper();
    Filter left = comma();
    if (takeWord("as")) {
      String name = variable();
      expect("|");
      left = new Filter.Bind(left, name, pipe());
    } else if (peekIs("|") && !peekIs("|=") && take("|")) {
      left = new Filter.Pipe(left, pipe());
    }
    depth--;
    return left;
  }

  private Filter comma() {
    Filter left = alternative();
    for (int items = 0; take(","); items++) {
      if (items > DEEPEST) {
        throw wrong("more than " + DEEPEST + " values");
      }
      left = new Filter.Comma(left, alternative());
    }
    return left;
  }

  /** Binds to the right. */
  private Filter alternative() {
    deeper();
    Filter left = either();
    if (take("//")) {
      left = new Filter.Operation("//", left, alternative());
    }
    depth--;
    return left;
  }

  private void deeper() {
    if (++depth > DEEPEST) {
      throw wrong("nested deeper than " + DEEPEST + " levels");
    }
  }

  private Filter either() {
    Filter left = both();
    while (takeWord("or")) {
      left = new Filter.Operation("or", left, both());
    }
    return left;
  }

  private Filter both() {
    Filter left = comparison();
    while (takeWord("and")) {
      left = new Filter.Operation("and", left, comparison());
    }
    return left;
  }

  private Filter comparison() {
    Filter left = sum();
    for (String operator : List.of("==", "!=", "<=", ">=", "<", ">")) {
      if (take(operator)) {
        return new Filter.Operation(operator, left, sum());
      }
    }
    refuseAssignment();
    return left;
  }

  private void refuseAssignment() {
    for (String operator : List.of("|=", "=", "+=", "-=")) {
      if (peekIs(operator)) {
        throw wrong("'" + operator + "' would change the document, and queries only read");
      }
    }
  }

  private Filter sum() {
    Filter left = product();
    while (true) {
      if (!peekIs("+=") && take("+")) {
        left = new Filter.Operation("+", left, product());
      } else if (!peekIs("-=") && take("-")) {
        left = new Filter.Operation("-", left, product());
      } else {
        return left;
      }
    }
  }

  private Filter product() {
    Filter left = unary();
    while (true) {
      if (take("*")) {
        left = new Filter.Operation("*", left, unary());
      } else if (!peekIs("//") && take("/")) {
        left = new Filter.Operation("/", left, unary());
      } else if (take("%")) {
        left = new Filter.Operation("%", left, unary());
      } else {
        return left;
      }
    }
  }

  private Filter unary() {
    return take("-") ? new Filter.Negate(postfix()) : postfix();
  }

  private Filter postfix() {
    Filter filter = term();
    for (int steps = 0; ; steps++) {
      if (steps > DEEPEST) {
        throw wrong("a path of more than " + DEEPEST + " steps");
      }
      if (peekIs("..")) {
        return filter;
      } else if (peekIs(".") && at + 1 < query.length() && isFieldStart(at + 1)) {
        at++;
        filter = new Filter.Index(filter, fieldName());
      } else if (peekIs(".[")) {
        at++;
        filter = bracket(filter);
      } else if (at < query.length() && query.charAt(at) == '[') {
        filter = bracket(filter);
      } else if (take("?")) {
        filter = new Filter.Attempt(filter);
      } else {
        return filter;
      }
    }
  }

  private boolean isFieldStart(int index) {
    char c = query.charAt(index);
    return isNameStart(c) || c == '"';
  }

  private Filter term() {
    blanks();
    if (at >= query.length()) {
      throw wrong("a value is missing");
    }
    if (take("..")) {
      return new Filter.Descend();
    }
    char c = query.charAt(at);
    if (c == '.') {
      at++;
      if (at < query.length() && isFieldStart(at)) {
        return new Filter.Index(new Filter.Identity(), fieldName());
      }
      return new Filter.Identity();
    }
    if (c == '"') {
      return text();
    }
    if (c == '$') {
      return new Filter.Variable(variable());
    }
    if (isDigit(c)) {
      return number();
    }
    if (take("(")) {
      Filter inner = pipe();
      expect(")");
      return inner;
    }
    if (take("[")) {
      if (take("]")) {
        return new Filter.ListOf(Optional.empty());
      }
      Filter items = pipe();
      expect("]");
      return new Filter.ListOf(Optional.of(items));
    }
    if (take("{")) {
      return map();
    }
    if (isNameStart(c) || c == '@') {
      return word();
    }
    throw wrong("unexpected '" + c + "'");
  }

  private Filter word() {
    int start = at;
    String name = query.charAt(at) == '@' ? "@" + nameAfter(1) : nameAfter(0);
    switch (name) {
      case "null" -> {
        return new Filter.Literal(null);
      }
      case "true", "false" -> {
        return new Filter.Literal(name.equals("true"));
      }
      case "if" -> {
        return condition();
      }
      case "reduce" -> {
        return reduce();
      }
      default -> {
        if (WORDS.contains(name)) {
          at = start;
          throw wrong("unexpected '" + name + "'");
        }
      }
    }
    List<Filter> arguments = new ArrayList<>();
    if (take("(")) {
      do {
        arguments.add(pipe());
      } while (take(";"));
      expect(")");
    }
    QueryFunctions.check(name, arguments.size());
    return new Filter.Call(name, List.copyOf(arguments));
  }

  private String nameAfter(int skipped) {
    at += skipped;
    int start = at;
    while (at < query.length() && isNamePart(query.charAt(at))) {
      at++;
    }
    return query.substring(start, at);
  }

  private Filter condition() {
    deeper();
    Filter asked = pipe();
    expectWord("then");
    Filter then = pipe();
    Filter otherwise = new Filter.Identity();
    if (takeWord("elif")) {
      otherwise = condition();
    } else {
      if (takeWord("else")) {
        otherwise = pipe();
      }
      expectWord("end");
    }
    depth--;
    return new Filter.If(asked, then, otherwise);
  }

  private Filter reduce() {
    Filter source = postfix();
    expectWord("as");
    String name = variable();
    expect("(");
    Filter start = pipe();
    expect(";");
    Filter update = pipe();
    expect(")");
    return new Filter.Reduce(source, name, start, update);
  }

  private Filter map() {
    List<Filter.Member> members = new ArrayList<>();
    if (take("}")) {
      return new Filter.MapOf(List.of());
    }
    do {
      members.add(member());
    } while (take(","));
    expect("}");
    return new Filter.MapOf(List.copyOf(members));
  }

  private Filter.Member member() {
    blanks();
    if (at >= query.length()) {
      throw wrong("a key is missing");
    }
    char c = query.charAt(at);
    Filter key;
    Filter value;
    if (c == '$') {
      String name = variable();
      key = new Filter.Literal(name);
      value = new Filter.Variable(name);
    } else if (c == '"') {
      key = text();
      value = new Filter.Index(new Filter.Identity(), key);
    } else if (take("(")) {
      key = pipe();
      expect(")");
      value = new Filter.Index(new Filter.Identity(), key);
    } else if (isNameStart(c)) {
      key = fieldName();
      value = new Filter.Index(new Filter.Identity(), key);
    } else {
      throw wrong("a key is missing");
    }
    return take(":") ? new Filter.Member(key, memberValue()) : new Filter.Member(key, value);
  }

  /** As far as the next comma. */
  private Filter memberValue() {
    Filter value = alternative();
    while (peekIs("|") && take("|")) {
      value = new Filter.Pipe(value, alternative());
    }
    return value;
  }

  /** Behind {@code of}, from its opening bracket on. */
  private Filter bracket(Filter of) {
    expect("[");
    if (take("]")) {
      return new Filter.Iterate(of);
    }
    if (take(":")) {
      Filter to = pipe();
      expect("]");
      return new Filter.Slice(of, Optional.empty(), Optional.of(to));
    }
    Filter key = pipe();
    if (take(":")) {
      Optional<Filter> to = peekIs("]") ? Optional.empty() : Optional.of(pipe());
      expect("]");
      return new Filter.Slice(of, Optional.of(key), to);
    }
    expect("]");
    return new Filter.Index(of, key);
  }

  /** {@code a}, {@code a-b}, {@code "a b"}. */
  private Filter fieldName() {
    if (query.charAt(at) == '"') {
      return text();
    }
    int start = at;
    while (at < query.length()
        && (isNamePart(query.charAt(at))
            || (query.charAt(at) == '-'
                && at + 1 < query.length()
                && isNamePart(query.charAt(at + 1))))) {
      at++;
    }
    return new Filter.Literal(query.substring(start, at));
  }

  private String variable() {
    blanks();
    if (at >= query.length() || query.charAt(at) != '$') {
      throw wrong("expected a variable, such as $x");
    }
    String name = nameAfter(1);
    if (name.isEmpty()) {
      throw wrong("expected a variable, such as $x");
    }
    return name;
  }

  private Filter number() {
    int start = at;
    while (at < query.length()
        && (isDigit(query.charAt(at))
            || query.charAt(at) == '.'
            || query.charAt(at) == 'e'
            || query.charAt(at) == 'E'
            || ((query.charAt(at) == '-' || query.charAt(at) == '+')
                && Character.toLowerCase(query.charAt(at - 1)) == 'e'))) {
      at++;
    }
    String digits = query.substring(start, at);
    try {
      return new Filter.Literal(
          digits.chars().allMatch(c -> isDigit((char) c)) && digits.length() < 19
              ? (Object) Long.parseLong(digits)
              : (Object) Double.parseDouble(digits));
    } catch (NumberFormatException e) {
      at = start;
      throw wrong("'" + digits + "' is no number");
    }
  }

  private Filter text() {
    int open = at++;
    List<Filter> parts = new ArrayList<>();
    var part = new StringBuilder();
    while (true) {
      if (at >= query.length()) {
        at = open;
        throw wrong("this text never ends");
      }
      char c = query.charAt(at++);
      if (c == '"') {
        break;
      }
      if (c != '\\') {
        part.append(c);
      } else if (at < query.length() && query.charAt(at) == '(') {
        at++;
        parts.add(new Filter.Literal(part.toString()));
        part.setLength(0);
        parts.add(pipe());
        expect(")");
      } else {
        part.append(escaped());
      }
    }
    parts.add(new Filter.Literal(part.toString()));
    return parts.size() == 1 ? parts.getFirst() : new Filter.Text(List.copyOf(parts));
  }

  private char escaped() {
    if (at >= query.length()) {
      throw wrong("this text never ends");
    }
    char c = query.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case '"', '\\', '/' -> c;
      case 'u' -> {
        int end = Math.min(at + 4, query.length());
        try {
          char code = (char) Integer.parseInt(query.substring(at, end), 16);
          at = end;
          yield code;
        } catch (NumberFormatException e) {
          throw wrong("\\u wants four hexadecimal digits");
        }
      }
      default -> {
        at--;
        throw wrong("'\\" + c + "' is no escape");
      }
    };
  }

  // ---- characters

  private void blanks() {
    while (at < query.length()) {
      char c = query.charAt(at);
      if (c == '#') {
        int end = query.indexOf('\n', at);
        at = end < 0 ? query.length() : end;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
      } else {
        return;
      }
    }
  }

  private boolean peekIs(String symbol) {
    blanks();
    return query.startsWith(symbol, at);
  }

  private boolean take(String symbol) {
    if (!peekIs(symbol)) {
      return false;
    }
    at += symbol.length();
    return true;
  }

  private void expect(String symbol) {
    if (!take(symbol)) {
      throw wrong("'" + symbol + "' is missing");
    }
  }

  private boolean takeWord(String word) {
    if (!peekIs(word)
        || (at + word.length() < query.length() && isNamePart(query.charAt(at + word.length())))) {
      return false;
    }
    at += word.length();
    return true;
  }

  private void expectWord(String word) {
    if (!takeWord(word)) {
      throw wrong("'" + word + "' is missing");
    }
  }

  private static boolean isNameStart(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || isDigit(c);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private RuntimeException wrong(String what) {
    return QueryFailure.syntax(query, at, what);
  }
}
