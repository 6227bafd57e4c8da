package io.kairos.formats.gotemplate;

import io.kairos.formats.gotemplate.Node.Command;
import io.kairos.formats.gotemplate.Node.Operand;
import io.kairos.formats.gotemplate.Node.Pipeline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One rendering; it owns its variables and its output. */
final class Evaluator {
  private static final int DEEPEST = 200;

  /** Far beyond what people write; protects the time. */
  private static final int MOST_STEPS = 5_000_000;

  /** Characters of a text or of the result; protects the memory. */
  private static final int LONGEST = 8 << 20;

  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Map<String, List<Node>> definitions;
  private final GoTemplate.MissingKey missing;
  private final StringBuilder out = new StringBuilder();
  private Deque<Map<String, Object>> scopes = new ArrayDeque<>();
  private int depth;
  private int steps;

  /** What {@code .} is. */
  private Object dot;

  Evaluator(Map<String, List<Node>> definitions, Object data, GoTemplate.MissingKey missing) {
    this.definitions = definitions;
    this.missing = missing;
    this.dot = Values.of(data);
    scopes.push(new HashMap<>());
    declare("$", dot);
  }

  String render(List<Node> nodes) {
    walk(nodes);
    return out.toString();
  }

  private Flow walk(List<Node> nodes) {
    for (Node node : nodes) {
      Flow flow = walk(node);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow walk(Node node) {
    count();
    return switch (node) {
      case Node.Text(var text) -> {
        out.append(text);
        yield Flow.NEXT;
      }
      case Node.Print(var pipeline) -> {
        Object value = value(pipeline);
        if (pipeline.variables().isEmpty()) {
          out.append(Values.printed(value));
        }
        yield Flow.NEXT;
      }
      case Node.If(var condition, var then, var otherwise) ->
          scoped(() -> walk(Values.isTrue(value(condition)) ? then : otherwise));
      case Node.With(var pipeline, var then, var otherwise) ->
          scoped(
              () -> {
                Object value = value(pipeline);
                return Values.isTrue(value) ? withDot(value, then) : walk(otherwise);
              });
      case Node.Range range -> scoped(() -> range(range));
      case Node.Include include -> include(include);
      case Node.Break b -> Flow.BREAK;
      case Node.Continue c -> Flow.CONTINUE;
    };
  }

  private void count() {
    if (++steps > MOST_STEPS) {
      throw Failure.execute("more than " + MOST_STEPS + " steps");
    }
    if (out.length() > LONGEST) {
      throw Failure.execute("the result is longer than " + LONGEST + " characters");
    }
  }

  private Flow scoped(java.util.function.Supplier<Flow> body) {
    scopes.push(new HashMap<>());
    try {
      return body.get();
    } finally {
      scopes.pop();
    }
  }

  private Flow withDot(Object value, List<Node> nodes) {
    Object outer = dot;
    dot = value;
    try {
      return walk(nodes);
    } finally {
      dot = outer;
    }
  }

  private Flow range(Node.Range range) {
    Object value = valueOnly(range.list());
    List<Object> keys = new ArrayList<>();
    List<Object> items = new ArrayList<>();
    switch (value) {
      case null -> {}
      case List<?> list -> {
        for (Object item : list) {
          keys.add((long) items.size());
          items.add(Values.of(item));
        }
      }
      case Map<?, ?> map -> {
        var sorted = new TreeMap<String, Object>();
        map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
        keys.addAll(sorted.keySet());
        sorted.values().forEach(item -> items.add(Values.of(item)));
      }
      case Long count when count < 1_000_000 -> {
        for (long i = 0; i < count; i++) {
          keys.add(i);
          items.add(i);
        }
      }
      default -> throw Failure.execute("range can't iterate over " + Values.shown(value));
    }
    if (items.isEmpty()) {
      return walk(range.otherwise());
    }
    List<String> variables = range.list().variables();
    for (int i = 0; i < items.size(); i++) {
      count();
      Object key = keys.get(i);
      Object item = items.get(i);
      Flow flow =
          scoped(
              () -> {
                if (variables.size() == 2) {
                  set(variables.get(0), key, range.list().isAssignment());
                }
                if (!variables.isEmpty()) {
                  set(variables.getLast(), item, range.list().isAssignment());
                }
                return withDot(item, range.each());
              });
      if (flow == Flow.BREAK) {
        break;
      }
    }
    return Flow.NEXT;
  }

  private Flow include(Node.Include include) {
    List<Node> body = definitions.get(include.name());
    if (body == null) {
      throw Failure.execute("template \"" + include.name() + "\" not defined");
    }
    if (++depth > DEEPEST) {
      throw Failure.execute("templates include each other without end");
    }
    Object data = include.data().map(this::value).orElse(null);
    var outer = scopes;
    scopes = new ArrayDeque<>();
    scopes.push(new HashMap<>());
    declare("$", data);
    withDot(data, body);
    scopes = outer;
    depth--;
    return Flow.NEXT;
  }

  private Object value(Pipeline pipeline) {
    Object value = valueOnly(pipeline);
    if (!pipeline.variables().isEmpty()) {
      set(pipeline.variables().getFirst(), value, pipeline.isAssignment());
    }
    return value;
  }

  private Object valueOnly(Pipeline pipeline) {
    Object value = null;
    boolean first = true;
    for (Command command : pipeline.commands()) {
      value =
          Values.of(run(command, first ? List.of() : java.util.Collections.singletonList(value)));
      first = false;
    }
    return value;
  }

  private Object run(Command command, List<Object> piped) {
    if (command.head() instanceof Operand.Function(var name)) {
      return call(name, command.arguments(), piped);
    }
    if (command.head() instanceof Operand.Literal(var literal) && literal == null) {
      throw Failure.execute("nil is not a command");
    }
    if (!command.arguments().isEmpty() || !piped.isEmpty()) {
      if (value(command.head()) instanceof Version.Method method) {
        List<Object> arguments = new ArrayList<>();
        command.arguments().forEach(operand -> arguments.add(value(operand)));
        arguments.addAll(piped);
        return method.call(arguments);
      }
      throw Failure.execute("can't give argument to non-function");
    }
    return value(command.head());
  }

  private Object call(String name, List<Operand> operands, List<Object> piped) {
    if (name.equals("and") || name.equals("or")) {
      if (operands.isEmpty() && piped.isEmpty()) {
        throw Failure.execute("wrong number of args for " + name + ": want at least 1 got 0");
      }
      Object value = null;
      for (Operand operand : operands) {
        value = value(operand);
        if (Values.isTrue(value) == name.equals("or")) {
          return value;
        }
      }
      return piped.isEmpty() ? value : piped.getFirst();
    }
    List<Object> arguments = new ArrayList<>();
    operands.forEach(operand -> arguments.add(value(operand)));
    arguments.addAll(piped);
    Object result = Functions.call(name, new Arguments(name, arguments));
    if (result instanceof String text && text.length() > LONGEST) {
      throw Failure.execute("a text is longer than " + LONGEST + " characters");
    }
    return result;
  }

  private Object value(Operand operand) {
    return switch (operand) {
      case Operand.Literal(var value) -> value;
      case Operand.Dot dotItself -> dot;
      case Operand.Variable(var name) -> variable(name);
      case Operand.Function(var name) -> call(name, List.of(), List.of());
      case Operand.Nested(var pipeline) -> value(pipeline);
      case Operand.Fields(var of, var names) -> {
        Object value = value(of);
        for (String name : names) {
          value = field(value, name);
        }
        yield value;
      }
    };
  }

  private Object field(Object value, String name) {
    return switch (value) {
      case Map<?, ?> map -> {
        if (!map.containsKey(name) && missing == GoTemplate.MissingKey.ERROR) {
          throw Failure.execute("map has no entry for key \"" + name + "\"");
        }
        yield Values.of(map.get(name));
      }
      case Version version -> version.field(name);
      case null -> {
        if (missing == GoTemplate.MissingKey.ERROR) {
          throw Failure.execute("nil data; no entry for key \"" + name + "\"");
        }
        yield null;
      }
      default ->
          throw Failure.execute(
              "can't evaluate field " + name + " in type " + Values.typeOf(value));
    };
  }

  private Object variable(String name) {
    for (Map<String, Object> scope : scopes) {
      if (scope.containsKey(name)) {
        return scope.get(name);
      }
    }
    throw Failure.execute("undefined variable " + name);
  }

  private void declare(String name, Object value) {
    scopes.peek().put(name, value);
  }

  private void set(String name, Object value, boolean isAssignment) {
    if (isAssignment) {
      for (Map<String, Object> scope : scopes) {
        if (scope.containsKey(name)) {
          scope.put(name, value);
          return;
        }
      }
    }
    declare(name, value);
  }
}
