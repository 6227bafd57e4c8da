package io.kairos.dist.cli;

import io.kairos.base.Problem;
import io.kairos.base.Suggestion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Understands what a user typed; prints nothing and runs nothing. */
public final class CommandLine {
  /** What the words mean. The path leads from the program to the verb. */
  public sealed interface Parsed {
    List<Verb> path();

    record Run(List<Verb> path, Parameters given) implements Parsed {}

    record Help(List<Verb> path) implements Parsed {}

    record UnknownVerb(List<Verb> path, String word, Problem problem) implements Parsed {}

    record Wrong(List<Verb> path, Problem problem) implements Parsed {}

    default Verb verb() {
      return path().getLast();
    }
  }

  private final Map<String, String> environment;
  private final List<Verb> path = new ArrayList<>();
  private final Deque<String> rest;
  private final List<String> words = new ArrayList<>();
  private final Map<String, List<String>> values = new HashMap<>();

  private CommandLine(Verb program, List<String> words, Map<String, String> environment) {
    this.environment = environment;
    this.rest = new ArrayDeque<>(words);
    path.add(program);
  }

  public static Parsed parse(Verb program, List<String> words, Map<String, String> environment) {
    return new CommandLine(program, words, environment).parse();
  }

  private Parsed parse() {
    boolean onlyWords = false;
    while (!rest.isEmpty()) {
      String word = rest.pop();
      if (onlyWords) {
        words.add(word);
      } else if (word.equals("--")) {
        onlyWords = true;
      } else if (word.equals("--help") || word.equals("-h")) {
        return new Parsed.Help(List.copyOf(path));
      } else if (word.length() > 1 && word.startsWith("-")) {
        Optional<Problem> problem = option(word);
        if (problem.isPresent()) {
          return new Parsed.Wrong(List.copyOf(path), problem.get());
        }
      } else if (words.isEmpty() && word.equals("help") && !verb().verbs().isEmpty()) {
        return helpFor();
      } else {
        Optional<Verb> below = words.isEmpty() ? verb().below(word) : Optional.empty();
        if (below.isPresent()) {
          path.add(below.get());
        } else if (verb().arguments().isEmpty() && !verb().verbs().isEmpty()) {
          return unknown(word);
        } else {
          words.add(word);
        }
      }
    }
    return complete();
  }

  private Verb verb() {
    return path.getLast();
  }

  private Parsed helpFor() {
    while (!rest.isEmpty()) {
      String word = rest.pop();
      Optional<Verb> below = verb().below(word);
      if (below.isEmpty()) {
        return unknown(word);
      }
      path.add(below.get());
    }
    return new Parsed.Help(List.copyOf(path));
  }

  private Parsed unknown(String word) {
    List<String> known = verb().verbs().stream().map(Verb::name).toList();
    String where = Help.spelled(path);
    var problem = Problem.of("unknown command '" + word + "'");
    return new Parsed.UnknownVerb(
        List.copyOf(path),
        word,
        problem.withRemedy(
            Suggestion.nearest(word, known)
                .map(near -> where + " " + near + "   (did you mean '" + near + "'?)")
                .orElse(where + " --help")));
  }

  private Optional<Problem> option(String word) {
    int equals = word.indexOf('=');
    String spelled = equals < 0 ? word : word.substring(0, equals);
    // Go's flag package, which users of the original tools know, takes one dash for long names too.
    String name = spelled.startsWith("--") ? spelled.substring(2) : spelled.substring(1);
    Optional<Option> known =
        options().stream().filter(option -> option.names().contains(name)).findFirst();
    if (known.isEmpty()) {
      return Optional.of(unknownOption(spelled, name));
    }
    Option option = known.get();
    String value;
    if (option.isFlag()) {
      value = equals < 0 ? "true" : word.substring(equals + 1);
    } else if (equals >= 0) {
      value = word.substring(equals + 1);
    } else if (rest.isEmpty()) {
      return Optional.of(
          Problem.of("option " + spelled + " needs a value")
              .withRemedy(spelled + " " + option.placeholder().orElseThrow()));
    } else {
      value = rest.pop();
    }
    if (!option.choices().isEmpty() && !option.choices().contains(value)) {
      return Optional.of(
          Problem.of("option " + spelled + " does not take '" + value + "'")
              .withRemedy("one of " + String.join(", ", option.choices())));
    }
    List<String> list = values.computeIfAbsent(option.name(), key -> new ArrayList<>());
    if (!list.isEmpty() && !option.repeats()) {
      return Optional.of(
          Problem.of("option " + spelled + " is given twice").withRemedy("keep one of them"));
    }
    list.add(value);
    return Optional.empty();
  }

  private Problem unknownOption(String spelled, String name) {
    List<String> names = options().stream().flatMap(option -> option.names().stream()).toList();
    return Problem.of("unknown option '" + spelled + "'")
        .withRemedy(
            Suggestion.nearest(name, names)
                .map(near -> "did you mean '" + Option.dashed(near) + "'?")
                .orElse(Help.spelled(path) + " --help"));
  }

  /** Those of the verb and of all above it. */
  private List<Option> options() {
    return path.stream().flatMap(verb -> verb.options().stream()).toList();
  }

  private Parsed complete() {
    var here = List.copyOf(path);
    if (verb().action().isEmpty()) {
      return new Parsed.Help(here);
    }
    for (int i = words.size(); i < verb().arguments().size(); i++) {
      Argument missing = verb().arguments().get(i);
      if (!missing.optional()) {
        return new Parsed.Wrong(
            here,
            Problem.of(missing.name() + " is missing: " + missing.help())
                .withRemedy(Help.usage(here)));
      }
    }
    boolean takesMore = verb().arguments().stream().anyMatch(Argument::repeats);
    if (!takesMore && words.size() > verb().arguments().size()) {
      String surplus = words.get(verb().arguments().size());
      return new Parsed.Wrong(
          here, Problem.of("'" + surplus + "' is one word too many").withRemedy(Help.usage(here)));
    }
    var given = new Parameters(words, values, environment);
    for (Option option : options()) {
      if (option.required() && given.value(option).isEmpty()) {
        return new Parsed.Wrong(
            here,
            Problem.of("option --" + option.name() + " is missing: " + option.help())
                .withRemedy(option.spelled()));
      }
    }
    return new Parsed.Run(here, given);
  }
}
