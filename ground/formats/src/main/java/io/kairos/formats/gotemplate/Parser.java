package io.kairos.formats.gotemplate;

import io.kairos.formats.gotemplate.Node.Command;
import io.kairos.formats.gotemplate.Node.Operand;
import io.kairos.formats.gotemplate.Node.Pipeline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Recursive descent over the tokens. */
final class Parser {
  private static final int DEEPEST = 100;

  private final List<Token> tokens;
  private final Map<String, List<Node>> definitions = new HashMap<>();
  private final Deque<Set<String>> scopes = new ArrayDeque<>();
  private int at;
  private int depth;
  private int ranges;

  Parser(List<Token> tokens) {
    this.tokens = tokens;
    scopes.push(new HashSet<>(Set.of("$")));
  }

  Map<String, List<Node>> definitions() {
    return definitions;
  }

  List<Node> template() {
    List<Node> nodes = list();
    Token last = peek();
    if (last.kind() != Token.Kind.END) {
      throw Failure.parse("unexpected {{" + tokens.get(at + 1).text() + "}}", last.line());
    }
    return nodes;
  }

  /** Up to the end, or to {@code {{end}}} or {@code {{else}}}, which stay. */
  private List<Node> list() {
    if (++depth > DEEPEST) {
      throw Failure.parse("nested deeper than " + DEEPEST + " levels", peek().line());
    }
    List<Node> nodes = new ArrayList<>();
    while (true) {
      Token token = peek();
      switch (token.kind()) {
        case END -> {
          depth--;
          return nodes;
        }
        case TEXT -> {
          at++;
          nodes.add(new Node.Text(token.text()));
        }
        default -> {
          Token word = tokens.get(at + 1);
          if (word.isWord("end") || word.isWord("else")) {
            depth--;
            return nodes;
          }
          at++;
          action().ifPresent(nodes::add);
        }
      }
    }
  }

  private Optional<Node> action() {
    Token word = peek();
    if (word.kind() == Token.Kind.WORD) {
      switch (word.text()) {
        case "if", "with", "range" -> {
          at++;
          return Optional.of(block(word.text()));
        }
        case "break" -> {
          at++;
          insideRange(word);
          close("break");
          return Optional.of(new Node.Break());
        }
        case "continue" -> {
          at++;
          insideRange(word);
          close("continue");
          return Optional.of(new Node.Continue());
        }
        case "define" -> {
          at++;
          String name = name();
          close("define");
          scopes.push(new HashSet<>(Set.of("$")));
          definitions.put(name, list());
          scopes.pop();
          end();
          return Optional.empty();
        }
        case "template", "block" -> {
          at++;
          return Optional.of(include(word.text().equals("block")));
        }
        default -> {}
      }
    }
    Pipeline pipeline = pipeline();
    close("command");
    return Optional.of(new Node.Print(pipeline));
  }

  private void insideRange(Token word) {
    if (ranges == 0) {
      throw Failure.parse("{{" + word.text() + "}} outside {{range}}", word.line());
    }
  }

  private Node include(boolean defines) {
    String name = name();
    Optional<Pipeline> data =
        peek().kind() == Token.Kind.CLOSE ? Optional.empty() : Optional.of(pipeline());
    close("template");
    if (defines) {
      definitions.putIfAbsent(name, list());
      end();
    }
    return new Node.Include(name, data);
  }

  private String name() {
    Token token = next();
    if (token.kind() != Token.Kind.STRING) {
      throw Failure.parse("expected the name of a template", token.line());
    }
    return token.text();
  }

  private Node block(String word) {
    scopes.push(new HashSet<>(scopes.peek()));
    Pipeline pipeline = pipeline();
    close(word);
    ranges += word.equals("range") ? 1 : 0;
    List<Node> then = list();
    ranges -= word.equals("range") ? 1 : 0;
    List<Node> otherwise = List.of();
    Token open = next();
    if (open.kind() != Token.Kind.OPEN) {
      throw Failure.parse("unexpected EOF", open.line());
    }
    if (next().isWord("else")) {
      if (peek().isWord("if") || peek().isWord("with")) {
        String inner = next().text();
        otherwise = List.of(block(inner)); // its end is ours
      } else {
        close("else");
        otherwise = list();
        end();
      }
    } else {
      close("end");
    }
    scopes.pop();
    return switch (word) {
      case "if" -> new Node.If(pipeline, then, otherwise);
      case "with" -> new Node.With(pipeline, then, otherwise);
      default -> new Node.Range(pipeline, then, otherwise);
    };
  }

  private void end() {
    Token open = next();
    if (open.kind() != Token.Kind.OPEN || !next().isWord("end")) {
      throw Failure.parse("unexpected EOF", open.line());
    }
    close("end");
  }

  private void close(String where) {
    Token token = next();
    if (token.kind() != Token.Kind.CLOSE) {
      throw Failure.parse("unexpected " + described(token) + " in " + where, token.line());
    }
  }

  private static String described(Token token) {
    return token.kind() == Token.Kind.END ? "EOF" : "'" + token.text() + "'";
  }

  private Pipeline pipeline() {
    List<String> variables = new ArrayList<>();
    boolean isAssignment = false;
    int start = at;
    while (peek().kind() == Token.Kind.VARIABLE) {
      variables.add(next().text());
      if (peek().is(",") && variables.size() == 1) {
        at++;
        continue;
      }
      if (peek().is(":=") || peek().is("=")) {
        isAssignment = next().is("=");
        start = -1;
      }
      break;
    }
    if (start >= 0) { // a variable that is read, not set
      at = start;
      variables.clear();
    }
    List<Command> commands = new ArrayList<>();
    do {
      Command command = command();
      boolean fixed =
          command.head() instanceof Operand.Literal || command.head() instanceof Operand.Dot;
      if (fixed && !commands.isEmpty()) {
        throw Failure.parse("non executable command in pipeline", peek().line());
      }
      commands.add(command);
    } while (skip("|"));
    for (String variable : variables) {
      if (isAssignment && !scopes.peek().contains(variable)) {
        throw Failure.parse("undefined variable \"" + variable + "\"", peek().line());
      }
      scopes.peek().add(variable);
    }
    return new Pipeline(List.copyOf(variables), isAssignment, List.copyOf(commands));
  }

  private boolean skip(String symbol) {
    if (!peek().is(symbol)) {
      return false;
    }
    at++;
    return true;
  }

  private Command command() {
    List<Operand> operands = new ArrayList<>();
    while (startsOperand(peek())) {
      operands.add(operand());
    }
    if (operands.isEmpty()) {
      throw Failure.parse("missing value for command", peek().line());
    }
    return new Command(operands.getFirst(), List.copyOf(operands.subList(1, operands.size())));
  }

  private static boolean startsOperand(Token token) {
    return switch (token.kind()) {
      case STRING, NUMBER, CHARACTER, FIELD, VARIABLE, WORD -> true;
      case SYMBOL -> token.text().equals("(");
      default -> false;
    };
  }

  private Operand operand() {
    Token token = next();
    Operand base =
        switch (token.kind()) {
          case STRING -> new Operand.Literal(token.text());
          case CHARACTER -> new Operand.Literal((long) token.text().codePointAt(0));
          case NUMBER -> new Operand.Literal(number(token));
          case VARIABLE -> {
            if (!scopes.peek().contains(token.text())) {
              throw Failure.parse("undefined variable \"" + token.text() + "\"", token.line());
            }
            yield new Operand.Variable(token.text());
          }
          case FIELD ->
              token.text().isEmpty()
                  ? new Operand.Dot()
                  : new Operand.Fields(new Operand.Dot(), List.of(token.text()));
          case WORD -> word(token);
          default -> nested(token);
        };
    List<String> names = new ArrayList<>();
    while (peek().kind() == Token.Kind.FIELD && !peek().spaced()) {
      Token field = next();
      if (field.text().isEmpty()) {
        throw Failure.parse("unexpected '.'", field.line());
      }
      names.add(field.text());
    }
    return names.isEmpty() ? base : new Operand.Fields(base, List.copyOf(names));
  }

  private Operand nested(Token open) {
    if (++depth > DEEPEST) {
      throw Failure.parse("nested deeper than " + DEEPEST + " levels", open.line());
    }
    Pipeline pipeline = pipeline();
    if (!skip(")")) {
      throw Failure.parse("unclosed left paren", open.line());
    }
    depth--;
    return new Operand.Nested(pipeline);
  }

  private static Operand word(Token token) {
    return switch (token.text()) {
      case "true" -> new Operand.Literal(true);
      case "false" -> new Operand.Literal(false);
      case "nil" -> new Operand.Literal(null);
      default -> {
        if (!Functions.isKnown(token.text())) {
          throw Failure.parse("function \"" + token.text() + "\" not defined", token.line());
        }
        yield new Operand.Function(token.text());
      }
    };
  }

  private static Object number(Token token) {
    String text = token.text().replace("_", "");
    try {
      boolean prefixed = text.length() > 1 && text.startsWith("0") && !text.contains(".");
      if (prefixed && Character.isLetter(text.charAt(1))) {
        int radix =
            switch (Character.toLowerCase(text.charAt(1))) {
              case 'x' -> 16;
              case 'o' -> 8;
              default -> 2;
            };
        return Long.parseLong(text.substring(2), radix);
      }
      if (text.contains(".") || text.contains("e") || text.contains("E")) {
        return Double.parseDouble(text);
      }
      return prefixed ? Long.parseLong(text, 8) : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Failure.parse("bad number syntax: \"" + token.text() + "\"", token.line());
    }
  }

  private Token peek() {
    return tokens.get(at);
  }

  private Token next() {
    Token token = tokens.get(at);
    if (token.kind() != Token.Kind.END) {
      at++;
    }
    return token;
  }
}
