package io.kairos.dist.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Something a program can do, declared as a value: what it is called, what it takes, how it is
 * explained, and what runs it.
 *
 * @param name as typed
 * @param aliases other words for it
 * @param summary one line without a period, for lists
 * @param description what it does, in paragraphs
 * @param options its own; a verb below it takes them too
 * @param arguments words without dashes, in order
 * @param examples command lines worth copying
 * @param seeAlso related command lines
 * @param verbs what it has below it
 * @param action empty when only the verbs below it run
 */
public record Verb(
    String name,
    List<String> aliases,
    String summary,
    String description,
    List<Option> options,
    List<Argument> arguments,
    List<Example> examples,
    List<String> seeAlso,
    List<Verb> verbs,
    Optional<Action> action) {

  /**
   * @param line as typed
   * @param effect what it does, one line
   */
  public record Example(String line, String effect) {}

  /** Runs a verb. */
  @FunctionalInterface
  public interface Action {
    /**
     * @return the exit code of the process
     */
    int run(Parameters given);
  }

  public static Builder named(String name) {
    return new Builder(name);
  }

  /** The verb below this one that the word names. */
  Optional<Verb> below(String word) {
    return verbs.stream()
        .filter(verb -> verb.name.equals(word) || verb.aliases.contains(word))
        .findFirst();
  }

  /** Collects what a verb is made of. */
  public static final class Builder {
    private final String name;
    private final List<String> aliases = new ArrayList<>();
    private String summary = "";
    private String description = "";
    private final List<Option> options = new ArrayList<>();
    private final List<Argument> arguments = new ArrayList<>();
    private final List<Example> examples = new ArrayList<>();
    private final List<String> seeAlso = new ArrayList<>();
    private final List<Verb> verbs = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    public Builder alias(String word) {
      aliases.add(word);
      return this;
    }

    public Builder summary(String text) {
      summary = text;
      return this;
    }

    public Builder description(String text) {
      description = text;
      return this;
    }

    public Builder option(Option option) {
      options.add(option);
      return this;
    }

    public Builder options(Collection<Option> more) {
      options.addAll(more);
      return this;
    }

    public Builder argument(Argument argument) {
      arguments.add(argument);
      return this;
    }

    public Builder example(String line, String effect) {
      examples.add(new Example(line, effect));
      return this;
    }

    public Builder seeAlso(String line) {
      seeAlso.add(line);
      return this;
    }

    public Builder verb(Verb verb) {
      verbs.add(verb);
      return this;
    }

    public Builder verbs(Collection<Verb> more) {
      verbs.addAll(more);
      return this;
    }

    /** A verb that runs. */
    public Verb runs(Action action) {
      return build(Optional.of(action));
    }

    /** A verb that only groups others. */
    public Verb group() {
      return build(Optional.empty());
    }

    private Verb build(Optional<Action> action) {
      return new Verb(
          name,
          List.copyOf(aliases),
          summary,
          description,
          List.copyOf(options),
          List.copyOf(arguments),
          List.copyOf(examples),
          List.copyOf(seeAlso),
          List.copyOf(verbs),
          action);
    }
  }
}
