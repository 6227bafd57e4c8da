package io.kairos.dist.cli;

import java.util.ArrayList;
import java.util.List;

/** Scripts that let a shell complete what a program understands. */
public final class Completion {
  private Completion() {}

  /** A verb {@code completion} for this program; the program is given when it runs. */
  public static Verb verb(String program, java.util.function.Supplier<Verb> root, Console console) {
    return Verb.named("completion")
        .summary("print a completion script for bash, zsh or fish")
        .description(
            """
            Prints a script for the shell that is named. It is generated from the same declarations
            as this help, so it knows every command, option and choice of this version.
            """)
        .argument(Argument.required("SHELL", "bash, zsh or fish"))
        .example("source <(" + program + " completion bash)", "completes in this bash")
        .example(
            program + " completion fish > ~/.config/fish/completions/kairos.fish",
            "completes in every new fish")
        .runs(
            given -> {
              console.out().print(script(given.word(0).orElseThrow(), root.get()));
              return 0;
            });
  }

  /**
   * @throws io.kairos.base.InvalidConfig for another shell
   */
  static String script(String shell, Verb root) {
    return switch (shell) {
      case "bash" -> bash(root);
      case "zsh" ->
          "#compdef "
              + root.name()
              + "\nautoload -U +X bashcompinit && bashcompinit\n"
              + bash(root);
      case "fish" -> fish(root);
      default ->
          throw new io.kairos.base.InvalidConfig(
              io.kairos.base.Problem.of("no completion for shell '" + shell + "'")
                  .withRemedy("one of bash, zsh, fish"));
    };
  }

  /**
   * @param path words from below the program
   * @param candidates what may come next
   */
  private record Place(String path, List<String> candidates) {}

  private static List<Place> places(Verb root) {
    var places = new ArrayList<Place>();
    collect(root, "", List.of(), places);
    return places;
  }

  private static void collect(Verb verb, String path, List<Option> above, List<Place> places) {
    var options = new ArrayList<>(above);
    options.addAll(verb.options());
    var candidates = new ArrayList<String>();
    verb.verbs().forEach(below -> candidates.add(below.name()));
    options.forEach(option -> candidates.add(Option.dashed(option.name())));
    candidates.add("--help");
    places.add(new Place(path, candidates));
    for (Verb below : verb.verbs()) {
      collect(below, path + "/" + below.name(), options, places);
    }
  }

  private static String bash(Verb root) {
    String function = "_" + root.name().replaceAll("[^A-Za-z0-9]", "_");
    var text = new StringBuilder();
    text.append(function).append("() {\n");
    text.append("  local here= word i\n");
    text.append("  local current=\"${COMP_WORDS[COMP_CWORD]}\"\n");
    text.append("  for ((i = 1; i < COMP_CWORD; i++)); do\n");
    text.append("    word=\"${COMP_WORDS[i]}\"\n");
    text.append("    case \"$here/$word\" in\n");
    var known = places(root).stream().map(Place::path).filter(path -> !path.isEmpty()).toList();
    if (!known.isEmpty()) {
      text.append("      ").append(String.join("|", known)).append(") here=\"$here/$word\" ;;\n");
    }
    text.append("    esac\n  done\n");
    text.append("  local candidates=\n");
    text.append("  case \"$here\" in\n");
    for (Place place : places(root)) {
      text.append("    '").append(place.path()).append("') candidates='");
      text.append(String.join(" ", place.candidates())).append("' ;;\n");
    }
    text.append("  esac\n");
    choices(root, new ArrayList<>())
        .forEach(
            option ->
                text.append("  [ \"${COMP_WORDS[COMP_CWORD-1]}\" = '")
                    .append(Option.dashed(option.name()))
                    .append("' ] && candidates='")
                    .append(String.join(" ", option.choices()))
                    .append("'\n"));
    text.append("  mapfile -t COMPREPLY < <(compgen -W \"$candidates\" -- \"$current\")\n");
    text.append("}\n");
    text.append("complete -o default -F ").append(function).append(' ').append(root.name());
    return text.append('\n').toString();
  }

  private static List<Option> choices(Verb verb, List<Option> found) {
    verb.options().stream().filter(option -> !option.choices().isEmpty()).forEach(found::add);
    verb.verbs().forEach(below -> choices(below, found));
    return found.stream().distinct().toList();
  }

  private static String fish(Verb root) {
    var text = new StringBuilder("complete -c " + root.name() + " -f\n");
    fish(root, root, "", text);
    return text.toString();
  }

  private static void fish(Verb root, Verb verb, String condition, StringBuilder text) {
    var below = verb.verbs().stream().map(Verb::name).toList();
    for (Verb each : verb.verbs()) {
      text.append("complete -c ").append(root.name());
      text.append(" -n '")
          .append(condition)
          .append(condition.isEmpty() ? "" : "; and ")
          .append("not __fish_seen_subcommand_from ")
          .append(String.join(" ", below))
          .append("' -a ")
          .append(each.name())
          .append(" -d '")
          .append(each.summary().replace("'", "\\'"))
          .append("'\n");
    }
    for (Option option : verb.options()) {
      text.append("complete -c ").append(root.name());
      if (!condition.isEmpty()) {
        text.append(" -n '").append(condition).append('\'');
      }
      text.append(option.name().length() == 1 ? " -s " : " -l ").append(option.name());
      if (!option.isFlag()) {
        text.append(" -r");
      }
      if (!option.choices().isEmpty()) {
        text.append(" -a '").append(String.join(" ", option.choices())).append('\'');
      }
      text.append(" -d '").append(option.help().replace("'", "\\'")).append("'\n");
    }
    for (Verb each : verb.verbs()) {
      String seen = "__fish_seen_subcommand_from " + each.name();
      fish(root, each, condition.isEmpty() ? seen : condition + "; and " + seen, text);
    }
  }
}
