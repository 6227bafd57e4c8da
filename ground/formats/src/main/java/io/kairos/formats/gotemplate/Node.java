package io.kairos.formats.gotemplate;

import java.util.List;
import java.util.Optional;

/** What a template consists of. */
sealed interface Node {
  record Text(String text) implements Node {}

  /** Prints its value, unless it only sets a variable. */
  record Print(Pipeline pipeline) implements Node {}

  record If(Pipeline condition, List<Node> then, List<Node> otherwise) implements Node {}

  record With(Pipeline value, List<Node> then, List<Node> otherwise) implements Node {}

  record Range(Pipeline list, List<Node> each, List<Node> otherwise) implements Node {}

  record Include(String name, Optional<Pipeline> data) implements Node {}

  record Break() implements Node {}

  record Continue() implements Node {}

  /**
   * Commands, each fed with the result of the one before.
   *
   * @param variables that receive the result; two only in a range
   * @param isAssignment {@code =} instead of {@code :=}
   */
  record Pipeline(List<String> variables, boolean isAssignment, List<Command> commands) {}

  /** A function or a value, with arguments. */
  record Command(Operand head, List<Operand> arguments) {}

  /** Something that has a value. */
  sealed interface Operand {
    record Literal(Object value) implements Operand {}

    record Dot() implements Operand {}

    record Variable(String name) implements Operand {}

    record Function(String name) implements Operand {}

    record Nested(Pipeline pipeline) implements Operand {}

    record Fields(Operand of, List<String> names) implements Operand {}
  }
}
