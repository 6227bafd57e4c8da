package io.kairos.dist.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Explains a verb: usage, what it does, options, examples, what to read next. */
public final class Help {
  private static final int COLUMN = 30;
  private static final int WIDTH = 100;

  private Help() {}

  /** {@code kairos state get}. */
  static String spelled(List<Verb> path) {
    return path.stream().map(Verb::name).collect(Collectors.joining(" "));
  }

  /** {@code kairos convert [options] SOURCE}. */
  static String usage(List<Verb> path) {
    Verb verb = path.getLast();
    var text = new StringBuilder(spelled(path));
    if (path.stream().anyMatch(each -> !each.options().isEmpty())) {
      text.append(" [options]");
    }
    verb.arguments().forEach(argument -> text.append(' ').append(argument.spelled()));
    if (verb.arguments().isEmpty() && !verb.verbs().isEmpty()) {
      text.append(verb.action().isPresent() ? " [COMMAND]" : " COMMAND");
    }
    return text.toString();
  }

  /**
   * @param path from the program to the verb
   */
  public static String render(List<Verb> path) {
    Verb verb = path.getLast();
    var text = new StringBuilder();
    text.append(spelled(path)).append(": ").append(verb.summary()).append("\n\n");
    text.append("Usage: ").append(usage(path)).append('\n');
    if (!verb.description().isBlank()) {
      text.append('\n');
      verb.description().strip().lines().forEach(line -> text.append(indented(line)));
    }
    section(text, "Commands", verb.verbs().stream().map(Help::row).toList());
    section(text, "Arguments", verb.arguments().stream().map(Help::row).toList());
    section(text, "Options", verb.options().stream().map(Help::row).toList());
    var inherited = new ArrayList<Row>();
    path.stream()
        .limit(path.size() - 1L)
        .flatMap(above -> above.options().stream())
        .forEach(option -> inherited.add(row(option)));
    inherited.add(new Row("--help, -h", "this text"));
    section(text, "Global options", inherited);
    if (!verb.examples().isEmpty()) {
      text.append("\nExamples:\n");
      verb.examples()
          .forEach(
              example ->
                  text.append("  ")
                      .append(example.line())
                      .append("\n      ")
                      .append(example.effect())
                      .append('\n'));
    }
    if (!verb.seeAlso().isEmpty()) {
      text.append("\nSee also: ").append(String.join(", ", verb.seeAlso())).append('\n');
    }
    return text.toString();
  }

  private record Row(String left, String right) {}

  private static Row row(Verb verb) {
    String names =
        verb.aliases().isEmpty()
            ? verb.name()
            : verb.name() + ", " + String.join(", ", verb.aliases());
    return new Row(names, verb.summary());
  }

  private static Row row(Argument argument) {
    return new Row(argument.name(), argument.help());
  }

  private static Row row(Option option) {
    return new Row(option.spelled(), explained(option));
  }

  /** What an option changes, its choices, its default. */
  static String explained(Option option) {
    var text = new StringBuilder(option.help());
    if (!option.choices().isEmpty()) {
      text.append("; one of ").append(String.join(", ", option.choices()));
    }
    option.byDefault().ifPresent(value -> text.append(" (default: ").append(value).append(')'));
    option.variable().ifPresent(name -> text.append(" (or $").append(name).append(')'));
    if (option.repeats()) {
      text.append("; may be repeated");
    }
    if (option.required()) {
      text.append("; required");
    }
    return text.toString();
  }

  private static void section(StringBuilder text, String title, List<Row> rows) {
    if (rows.isEmpty()) {
      return;
    }
    text.append('\n').append(title).append(":\n");
    for (Row row : rows) {
      text.append("  ").append(row.left());
      if (row.left().length() < COLUMN - 1) {
        text.repeat(' ', COLUMN - row.left().length());
      } else {
        text.append('\n').repeat(' ', COLUMN + 2);
      }
      text.append(wrapped(row.right())).append('\n');
    }
  }

  private static String wrapped(String sentence) {
    var text = new StringBuilder();
    int column = COLUMN + 2;
    for (String word : sentence.split(" ")) {
      if (column + word.length() > WIDTH && !text.isEmpty()) {
        text.setCharAt(text.length() - 1, '\n');
        text.repeat(' ', COLUMN + 2);
        column = COLUMN + 2;
      }
      text.append(word).append(' ');
      column += word.length() + 1;
    }
    return text.toString().stripTrailing();
  }

  private static String indented(String line) {
    return line.isEmpty() ? "\n" : "  " + line + "\n";
  }
}
