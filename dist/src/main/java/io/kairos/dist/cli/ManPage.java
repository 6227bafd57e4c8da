package io.kairos.dist.cli;

import java.util.ArrayList;
import java.util.List;

/** The manual of a program, for man(1), in the macros of man(7). */
public final class ManPage {
  private final StringBuilder text = new StringBuilder();

  private ManPage() {}

  /** A verb {@code man} for this program; the program is given when it runs. */
  public static Verb verb(
      String program, int section, java.util.function.Supplier<Verb> root, Console console) {
    return Verb.named("man")
        .summary("print the manual, for man(1)")
        .description(
            """
            Prints a manual page with every command, option and example of this version. An image has
            it where man looks.
            """)
        .example(program + " man | man -l -", "shows it")
        .runs(
            given -> {
              console.out().print(render(root.get(), section));
              return 0;
            });
  }

  /**
   * @param section 1 for everybody's programs, 8 for those of administrators
   */
  static String render(Verb program, int section) {
    var page = new ManPage();
    page.title(program, section);
    page.macro("SH", "COMMANDS");
    program.verbs().forEach(verb -> page.commands(List.of(program, verb)));
    return page.text.toString();
  }

  private void title(Verb program, int section) {
    text.append(".TH %s %d \"\" Kairos\n".formatted(escaped(program.name()), section));
    macro("SH", "NAME");
    line(program.name() + " - " + program.summary());
    macro("SH", "SYNOPSIS");
    bold(Help.usage(List.of(program)));
    if (!program.description().isBlank()) {
      macro("SH", "DESCRIPTION");
      paragraphs(program.description());
    }
    macro("SH", "OPTIONS");
    program.options().forEach(this::item);
    item("--help, -h", "the same for one command");
  }

  private void commands(List<Verb> path) {
    Verb verb = path.getLast();
    macro("SS", Help.usage(path));
    line(sentence(verb.summary()));
    if (!verb.aliases().isEmpty()) {
      macro("PP");
      line("Also: " + String.join(", ", verb.aliases()) + ".");
    }
    if (!verb.description().isBlank()) {
      macro("PP");
      paragraphs(verb.description());
    }
    verb.arguments().forEach(argument -> item(argument.name(), argument.help()));
    verb.options().forEach(this::item);
    for (Verb.Example example : verb.examples()) {
      macro("PP");
      line("Example: " + example.effect());
      macro("PP");
      macro("RS", "4");
      bold(example.line());
      macro("RE");
    }
    for (Verb below : verb.verbs()) {
      var deeper = new ArrayList<>(path);
      deeper.add(below);
      commands(deeper);
    }
  }

  private void item(Option option) {
    item(option.spelled(), Help.explained(option));
  }

  private void item(String term, String explanation) {
    macro("TP");
    bold(term);
    line(explanation);
  }

  private void paragraphs(String description) {
    for (String row : description.strip().lines().toList()) {
      if (row.isBlank()) {
        macro("PP");
      } else {
        line(row);
      }
    }
  }

  private void macro(String name) {
    text.append('.').append(name).append('\n');
  }

  private void macro(String name, String argument) {
    macro(name + " \"" + escaped(argument).replace("\"", "\\(dq") + '"');
  }

  private void bold(String words) {
    text.append("\\fB").append(escaped(words)).append("\\fR\n");
  }

  /** A dot or an apostrophe at its start would be a request (groff(7)). */
  private void line(String words) {
    text.append(words.startsWith(".") || words.startsWith("'") ? "\\&" : "");
    text.append(escaped(words)).append('\n');
  }

  private static String escaped(String words) {
    return words
        .replace("\\", "\\(rs")
        .replace("-", "\\-")
        .replace("…", "...")
        .replace("`", "\\(ga")
        .replace("~", "\\(ti")
        .replace("^", "\\(ha");
  }

  private static String sentence(String summary) {
    return Character.toUpperCase(summary.charAt(0)) + summary.substring(1) + ".";
  }
}
